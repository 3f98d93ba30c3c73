"""Traps of hard-coded receivers, each shown from outside. The docstrings say what a literal port of the receiver did.

| trap | held by |
|---|---|
| 8: a state is compared after it was changed | TestFormerValues |
| 9: what hangs on a status runs again on its reversal | TestReversals; flows/test_traps: a_reversed_refund |
| 10: a score is put back by the setting of today | TestReversals: the_delta_that_was_applied |
| 11: a save within a save recurses, or is told twice | TestNestedSaves |
| 12: rows are locked in the order in which receivers come upon them | test_refunds: TestParallel |
| 13: `.update`, bulk writes, `__dict__`, `setattr` go around the machine | no_way_leads_around_the_machine |
| 15: a condition names a state that does not exist | flows/test_traps: a_state_that_does_not_exist |
| 16: a former value is read without a lock; fixtures have effects | TestFormerValues |
| 18: an invoice is issued without its number | TestNumbering |
| 20: an effect hangs on a transition that is never stored | no_event_outlives; flows/test_traps: what_was_rolled_back |
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.errors import NotAllowed, WriteRefused
from core.events import Event
from core.machine import Machine, change, perform
from core.outbox import Outbox
from core.testing.rebuilding import as_stored, rebuilt
from state_machines import credit, invoice_series
from state_machines.models import Customer, Invoice, InvoiceLine, InvoiceSeries, OrderItem, Payment
from tests.state_machines.made import a_customer, a_draft, a_payment, a_refund, a_topup, a_wallet, an_issued, an_order

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, DatabaseError, WriteRefused)


class TestFormerValues:
    """A port compares the state after it was changed, or reads the former one without a lock: its log is wrong."""

    def test_are_those_of_the_database_not_of_the_copy_in_memory(self) -> None:
        order = an_order()
        order.state, order.payment_method = "completed", "cash"
        event = perform(order, "submit")
        assert (event.source, event.target) == ("draft", "pending")
        assert event.was["order.state"] == "draft"
        assert "order.payment_method" not in event.was

    def test_are_right_after_somebody_else_changed_the_row(self) -> None:
        invoice = an_issued()
        stale = Invoice.objects.get(pk=invoice.pk)
        later = clock.now() + timedelta(days=5)
        change(invoice, due_at=later)
        change(stale, due_at=later + timedelta(days=5))
        newest = Event.objects.filter(subject=invoice.ref).order_by("-sequence")[0]
        assert newest.was["invoice.due_at"] == clock.iso(later)
        assert rebuilt(invoice) == as_stored(invoice)

    def test_of_two_changes_in_one_transaction_are_told_each(self) -> None:
        customer = a_customer(terms_days=10)
        with transaction.atomic():
            change(customer, terms_days=20)
            change(customer, terms_days=30)
        events = Event.objects.filter(type="customer.updated").order_by("sequence")
        assert [event.was["customer.terms_days"] for event in events] == [10, 20]

    def test_fixtures_make_no_effect(self) -> None:
        """A port's receivers run for rows that `loaddata` brings: real mails for test data."""
        text = serializers.serialize("json", [Customer(id=900_001, name="Ana")])
        events, waiting = Event.objects.count(), Outbox.objects.count()
        for loaded in serializers.deserialize("json", text):
            loaded.save()
        assert (Event.objects.count(), Outbox.objects.count()) == (events, waiting)
        with pytest.raises(REFUSED), transaction.atomic():
            perform("customer:900001", "activate")


class TestReversals:
    """A port keys on the status: refunded back to succeeded looks like a new success, and is rewarded again."""

    def test_are_events_of_their_own(self) -> None:
        payment = a_payment(an_issued())
        for name in ("succeed", "refund_payment", "restore_after_refund_reversal"):
            perform(payment, name)
        types = list(Event.objects.filter(subject=payment.ref).order_by("sequence").values_list("type", flat=True))
        assert types.count("payment.succeeded") == 1
        assert types[-1] == "payment.refund_reversed"

    def test_of_the_score_take_the_delta_that_was_applied(self) -> None:
        """A port takes back today's setting: 25 off a score that could only rise by 10."""
        customer = a_customer()
        credit.adjust(customer, 240, "manual")
        early = credit.adjust(customer, 25, "payment.early")
        credit.adjust(customer, -50, "payment.failed")
        credit.reverse(early)
        customer.refresh_from_db()
        assert (early.applied, customer.credit_score) == (10, 940)


class TestNestedSaves:
    """A port saves inside a receiver of save: it recurses, or audits twice, or updates around every signal."""

    def test_one_line_is_one_event_with_the_totals(self) -> None:
        invoice = a_draft(lines=0)
        before = Event.objects.count()
        line = InvoiceLine.objects.create(
            invoice=invoice, description="Hosting", unit_price_minor=100_00, tax_percent=21
        )
        assert Event.objects.count() == before + 1
        line.save()
        assert Event.objects.count() == before + 1

    def test_number_and_dates_are_part_of_the_issue(self) -> None:
        invoice = a_draft()
        before = Event.objects.count()
        event = perform(invoice, "issue")
        assert Event.objects.count() == before + 1
        assert event.facts["invoice"]["number"] == "INV-000001"
        assert set(event.was) == {f"invoice.{name}" for name in ("state", "number", "issued_at", "due_at")}

    def test_an_item_is_told_with_its_orders_total(self) -> None:
        order = an_order(items=0)
        before = Event.objects.count()
        OrderItem.objects.create(order=order, product="web", unit_price_minor=5_00)
        assert Event.objects.count() == before + 2


ROWS: dict[str, Callable[[], Machine]] = {
    "customer": a_customer,
    "order": an_order,
    "invoice": an_issued,
    "payment": lambda: a_payment(an_issued()),
    "refund": a_refund,
    "wallet": a_wallet,
    "topup": a_topup,
}


def by_update(row: Any, state: str) -> None:
    type(row).objects.filter(pk=row.pk).update(state=state)


def by_assignment(row: Any, state: str) -> None:
    row.state = state
    row.save()


def by_attribute(row: Any, state: str) -> None:
    setattr(row, "state", state)  # noqa: B010 - the way of the trap
    row.save(update_fields=["state"])


def by_dict(row: Any, state: str) -> None:
    row.__dict__["state"] = state
    row.save()


def by_bulk_update(row: Any, state: str) -> None:
    row.state = state
    type(row).objects.bulk_update([row], ["state"])


def by_statement(row: Any, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{row._meta.db_table}" SET state = %s WHERE id = %s', [state, row.pk])


@pytest.mark.parametrize("bypass", [by_update, by_assignment, by_attribute, by_dict, by_bulk_update, by_statement])
@pytest.mark.parametrize("noun", ROWS)
def test_no_way_leads_around_the_machine(noun: str, bypass: Callable[[Any, str], None]) -> None:
    """In a port each of these changes the state, past guards, events and audit."""
    row = ROWS[noun]()
    before, events = as_stored(row), Event.objects.count()
    other = next(state for state in row.spec.states if state != row.state)
    with pytest.raises(REFUSED), transaction.atomic():
        bypass(row, other)
    assert (as_stored(row), Event.objects.count()) == (before, events)


class TestNumbering:
    """A port numbers in a receiver after the issue: where that fails, the invoice stays issued as TMP-17, silently."""

    def test_failure_leaves_the_invoice_a_draft_and_is_loud(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(_code: str) -> str:
            raise invoice_series.SeriesClosed(series="default")

        monkeypatch.setattr(invoice_series, "take_number", broken)
        invoice = a_draft()
        before = Event.objects.count()
        with pytest.raises(invoice_series.SeriesClosed):
            perform(invoice, "issue")
        stored = Invoice.objects.get()
        assert (stored.state, stored.number, Event.objects.count()) == ("draft", None, before)

    def test_taken_number_blocks_the_issue(self) -> None:
        issued = an_issued()
        InvoiceSeries.objects.update(next_number=1)
        draft = a_draft(issued.customer)
        with pytest.raises(IntegrityError), transaction.atomic():
            perform(draft, "issue")
        assert Invoice.objects.get(pk=draft.pk).state == "draft"


class GivenUpError(Exception):
    """The transaction around the transition came to nothing."""


def test_no_event_outlives_a_transition_that_was_not_stored() -> None:
    """A port's effect runs in post_transition, before the row is saved: the mail is out, the payment is not."""
    payment = a_payment(an_issued())
    events, waiting = Event.objects.count(), Outbox.objects.count()
    with pytest.raises(GivenUpError), transaction.atomic():
        perform(payment, "succeed")
        raise GivenUpError
    assert (Event.objects.count(), Outbox.objects.count()) == (events, waiting)
    assert Payment.objects.get().state == "pending"
    assert Invoice.objects.get().paid_minor == 0


def test_a_stale_copy_does_not_win() -> None:
    payment = a_payment(an_issued())
    stale = Payment.objects.get(pk=payment.pk)
    perform(payment, "succeed")
    with pytest.raises(NotAllowed, match="succeeded"):
        perform(stale, "fail_payment")
