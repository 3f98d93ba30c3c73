"""Top-ups: success is final, and it fills the wallet once."""

from __future__ import annotations

import pytest

from core.errors import Blocked, NotAllowed
from core.events import Event
from core.machine import perform
from state_machines.models import TopUp, WalletEntry
from tests.state_machines.made import a_topup, a_wallet

pytestmark = pytest.mark.django_db


def test_success_fills_the_wallet_once() -> None:
    topup = a_topup(a_wallet(currency="EUR"))
    perform(topup, "succeed")
    topup.wallet.refresh_from_db()
    assert (topup.currency, topup.wallet.balance_minor) == ("EUR", 50_00)
    entry = WalletEntry.objects.get()
    assert (entry.key, entry.cause) == (topup.ref, "topup")
    assert Event.objects.get(type="wallet.credited").customer == topup.wallet.customer.ref


@pytest.mark.parametrize("late", ["succeed", "fail", "expire"])
def test_success_is_final(late: str) -> None:
    """A port would save the later message's status: the top-up failed, and the balance stayed credited."""
    topup = a_topup()
    perform(topup, "succeed")
    with pytest.raises(NotAllowed):
        perform(topup, late)
    assert (TopUp.objects.get().state, WalletEntry.objects.count()) == ("success", 1)


def test_nothing_arrives_in_a_closed_wallet() -> None:
    topup = a_topup()
    perform(topup.wallet, "close")
    with pytest.raises(Blocked, match=r"wallet \d+ is closed"):
        perform(topup, "succeed")


def test_failure_is_a_code() -> None:
    event = perform(a_topup(), "fail", arguments={"code": "denied"})
    assert event.facts["topup"]["failure_code"] == "denied"
    assert not WalletEntry.objects.exists()
