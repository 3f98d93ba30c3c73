"""The credit score's ledger."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.errors import BadReference, ObjectMissing, PravilaError
from core.events import Event
from state_machines.credit import AlreadyReversed, CreditEntry, EntryKept, adjust, reverse
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db


def test_adjusts_with_its_event() -> None:
    customer = a_customer()
    entry = adjust(customer, -50, "payment.failed")
    assert (entry.applied, entry.score, customer.credit_score) == (-50, 700, 700)
    event = Event.objects.get(type="customer.credit_adjusted")
    assert (event.facts["delta"], event.facts["cause"]) == (-50, "payment.failed")
    assert event.was == {"customer.credit_score": 750}


@pytest.mark.parametrize(("delta", "applied", "score"), [(900, 250, 1000), (-900, -750, 0)])
def test_stays_within_bounds_and_is_taken_back_exactly(delta: int, applied: int, score: int) -> None:
    customer = a_customer()
    entry = adjust(customer.ref, delta, "manual")
    assert (entry.delta, entry.applied, entry.score) == (delta, applied, score)
    back = reverse(entry)
    assert (back.applied, back.score) == (-applied, 750)


def test_at_its_bound_there_is_an_entry_and_no_event() -> None:
    customer = a_customer()
    adjust(customer, 250, "manual")
    before = Event.objects.count()
    assert adjust(customer, 10, "manual").applied == 0
    assert Event.objects.count() == before


def test_is_reversed_once() -> None:
    entry = adjust(a_customer(), -30, "payment.late")
    back = reverse(entry)
    for again in (entry, back):
        with pytest.raises(AlreadyReversed):
            reverse(again)
    assert CreditEntry.objects.count() == 2


def test_entries_are_kept() -> None:
    entry = adjust(a_customer(), -30, "payment.late")
    for act in (entry.save, entry.delete):
        with pytest.raises(EntryKept):
            act()


@pytest.mark.parametrize("cause", ["", "because Ana said so"])
def test_cause_is_a_code(cause: str) -> None:
    customer = a_customer()
    with pytest.raises(ValidationError):
        adjust(customer, 1, cause)
    assert customer.credit_score == 750


@pytest.mark.parametrize(
    ("subject", "error"), [("customer:99", ObjectMissing), ("customer:x", BadReference), ("order:1", BadReference)]
)
def test_of_nobody(subject: str, error: type[PravilaError]) -> None:
    with pytest.raises(error):
        adjust(subject, 1, "manual")
    assert not CreditEntry.objects.exists()
