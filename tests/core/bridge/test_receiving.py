"""Signals become events: in the sender's transaction, once, and never in the sender's way."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core import event_log
from core.bridge.seen import BridgeProblem
from core.events import Event
from core.machine import perform
from core.outbox import Outbox
from tests.core.bridge.conftest import PAID, Bind, paid
from tests.kit import a_fine
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


def send(**parts: Any) -> None:
    cart = SimpleNamespace(**({"key": 7, "owner": 3, "total": Decimal("12.50"), "state": "paid"} | parts))
    paid.send(sender=None, cart=cart)


def test_a_signal_becomes_an_event_with_its_facts(bind: Bind) -> None:
    bind(signals=[PAID])
    send()
    event = Event.objects.get()
    assert (event.type, event.subject, event.sequence, event.customer) == ("shop.paid", "cart:7", 0, "customer:3")
    assert event.facts == {"cart": {"total": {"minor": 1250, "currency": "RON"}, "state": "paid"}}
    assert Outbox.objects.filter(event_id=event.pk).exists()


def test_a_signal_of_a_transaction_that_is_rolled_back_leaves_nothing(bind: Bind) -> None:
    bind(signals=[{**PAID, "once": "{cart.key}"}])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send()
        assert Event.objects.count() == 1
        raise ZeroDivisionError
    assert (Event.objects.count(), Outbox.objects.count()) == (0, 0)
    send()
    assert Event.objects.count() == 1, "the key was given back with the rest"


def test_the_same_key_a_second_time_is_no_second_event(bind: Bind) -> None:
    bind(signals=[{**PAID, "once": "{cart.key}/{cart.state}"}])
    for state in ("paid", "paid", "gone", "paid"):
        send(state=state)
    assert [event.facts["cart"]["state"] for event in Event.objects.order_by("id")] == ["paid", "gone"]


def test_a_signal_that_is_sent_at_every_save_counts_when_the_state_changed(bind: Bind) -> None:
    bind(signals=[{**PAID, "changed": "cart.state"}])
    for state in ("open", "open", "paid", "paid", "open"):
        send(state=state)
    assert [event.facts["cart"]["state"] for event in Event.objects.order_by("id")] == ["open", "paid", "open"]
    assert [event.sequence for event in Event.objects.order_by("id")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"key": None}, "cart.key is not set"),
        ({"key": ""}, "cart.key is not set"),
        ({"key": "a b"}, "no name that a subject can have"),
        ({"key": "x" * 200}, "no name that a subject can have"),
        ({"total": "a lot"}, "cart.total is no money"),
        ({"total": "NaN"}, "cart.total is no money"),
        ({"total": "1.234"}, "more decimals than RON"),
        ({"state": "lost"}, "its facts do not fit"),
    ],
)
def test_what_cannot_be_read_is_counted_and_never_reaches_the_sender(
    bind: Bind, parts: dict[str, Any], said: str
) -> None:
    bind(signals=[PAID])
    send(**parts)
    send(**parts)
    assert not Event.objects.exists()
    problem = BridgeProblem.objects.get()
    assert problem.count == 2
    assert said in problem.reason


def test_a_database_that_refuses_is_not_the_senders_fault(bind: Bind, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_parts: Any) -> Event:
        raise DatabaseError("no room")

    monkeypatch.setattr(event_log, "append", refuse)
    bind(signals=[PAID])
    with transaction.atomic():
        send()
    assert "the database refused" in BridgeProblem.objects.get().reason


def test_nothing_is_ever_called(bind: Bind) -> None:
    class Cart:
        key, owner, total = 7, 3, Decimal(1)

        def state(self) -> str:
            raise AssertionError("it was called")

    bind(signals=[PAID])
    paid.send(sender=None, cart=Cart())
    assert Event.objects.get().facts == {"cart": {"total": {"minor": 100, "currency": "RON"}}}


@pytest.mark.django_db(transaction=True)
class TestParallel:
    def test_fifty_of_the_same_are_one_event(self, bind: Bind) -> None:
        bind(signals=[{**PAID, "once": "{cart.key}"}])
        at_once(*[send] * 12)
        assert Event.objects.count() == 1

    def test_different_ones_of_one_subject_all_get_a_place(self, bind: Bind) -> None:
        bind(signals=[PAID])
        at_once(*[send] * 8)
        assert not BridgeProblem.objects.exists()
        assert list(Event.objects.order_by("id").values_list("sequence", flat=True)) == list(range(8))


class TestAboutARowOfOurs:
    OURS = {**PAID, "subject": "fine:{cart.key}"}

    def test_the_event_takes_its_place_in_the_log_of_the_row_which_goes_on(self, bind: Bind) -> None:
        bind(signals=[self.OURS])
        fine = a_fine()
        send(key=fine.pk)
        told = Event.objects.get(type="shop.paid")
        assert (told.sequence, told.customer, told.target) == (1, "", fine.state)
        assert set(told.facts) == {"cart", "fine"}
        perform(fine.ref, "send_fine", arguments={"expense_minor": 100})
        assert list(Event.objects.filter(subject=fine.ref).order_by("id").values_list("sequence", flat=True)) == [
            0,
            1,
            2,
        ]

    def test_a_row_that_is_not_there_leaves_a_problem_and_no_event(self, bind: Bind) -> None:
        bind(signals=[self.OURS])
        send(key=4711)
        assert not Event.objects.exists()
        assert "fine:4711" in BridgeProblem.objects.get().reason

    def test_facts_that_would_take_the_place_of_the_rows_own_are_refused(self, bind: Bind) -> None:
        facts = {"fine.total": {"path": "cart.total", "kind": "money", "currency": "RON"}}
        bind(signals=[{**self.OURS, "facts": facts}])
        fine = a_fine()
        send(key=fine.pk)
        assert Event.objects.count() == 1
        assert "facts of its own for fine" in BridgeProblem.objects.get().reason
