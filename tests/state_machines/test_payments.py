"""Payments, and what they do to their invoice."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from core.errors import Blocked
from core.events import Event
from core.machine import perform
from state_machines.models import Payment
from tests.state_machines.made import a_customer, a_draft, a_paid, a_payment, an_issued, an_overdue

pytestmark = pytest.mark.django_db


def test_success_counts_towards_the_invoice() -> None:
    invoice = an_issued()
    event = perform(a_payment(invoice, 21_00), "succeed")
    invoice.refresh_from_db()
    assert (invoice.paid_minor, invoice.remaining_minor, invoice.state) == (21_00, 100_00, "issued")
    assert event.facts["invoice"]["remaining"]["minor"] == 100_00
    assert Event.objects.get(type="invoice.payment_applied").was["invoice.paid"]["minor"] == 0


def test_overdue_invoice_takes_payments() -> None:
    invoice = an_overdue()
    perform(a_payment(invoice), "succeed")
    perform(invoice, "mark_as_paid")
    assert invoice.state == "paid"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"amount_minor": 121_01}, r"121.01 RON is more than the 121.00 RON left to pay"),
        ({"currency": "EUR"}, "is in RON, the payment in EUR"),
    ],
)
def test_success_must_fit_the_invoice(fields: dict[str, object], reason: str) -> None:
    invoice = an_issued()
    payment = a_payment(invoice, **fields)
    with pytest.raises(Blocked, match=reason):
        perform(payment, "succeed")
    invoice.refresh_from_db()
    assert (invoice.paid_minor, payment.state) == (0, "pending")


def test_two_payments_do_not_pay_twice() -> None:
    invoice = an_issued()
    first, second = a_payment(invoice), a_payment(invoice)
    perform(first, "succeed")
    with pytest.raises(Blocked, match=r"more than the 0.00 RON"):
        perform(second, "succeed")


def test_draft_invoice_takes_no_payment() -> None:
    with pytest.raises(Blocked, match="is draft and takes no payment"):
        perform(a_payment(a_draft()), "succeed")


def test_payment_on_account() -> None:
    payment = Payment.objects.create(customer=a_customer(), amount_minor=5_00)
    perform(payment, "succeed")
    perform(payment, "refund_payment")
    assert (payment.state, payment.refunded_minor) == ("refunded", 5_00)


def test_failure_is_a_code() -> None:
    payment = a_payment(an_issued())
    event = perform(payment, "fail_payment", arguments={"code": "lost_card"})
    assert event.facts["payment"]["failure_code"] == "lost_card"


def test_refunds_are_counted_on_the_invoice() -> None:
    invoice = an_issued()
    payment = a_payment(invoice)
    perform(payment, "succeed")
    perform(payment, "partially_refund", arguments={"amount_minor": 21_00})
    with pytest.raises(Blocked, match="refunded in full"):
        perform(payment, "partially_refund", arguments={"amount_minor": 100_00})
    perform(payment, "complete_refund")
    invoice.refresh_from_db()
    assert invoice.refunded_minor == payment.refunded_minor == 121_00
    with pytest.raises(Blocked, match="would stay refunded"):
        perform(payment, "restore_partial_after_refund_reversal", arguments={"amount_minor": 121_00})
    perform(payment, "restore_after_refund_reversal")
    invoice.refresh_from_db()
    assert (invoice.refunded_minor, payment.state) == (0, "succeeded")


def test_other_ends() -> None:
    invoice = an_issued()
    cancelled, disputed = a_payment(invoice), a_payment(invoice)
    perform(cancelled, "cancel")
    perform(disputed, "dispute_payment")
    assert (cancelled.state, disputed.state) == ("cancelled", "disputed")


def test_amount_is_positive_and_the_gateways_id_unique() -> None:
    invoice = an_issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_payment(invoice, -1)
    a_payment(invoice, gateway_id="pi_1")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_payment(invoice, gateway_id="pi_1")


def test_a_whole_amount_is_whole_however_json_writes_it() -> None:
    """100.0 is an integer to JSON Schema; as money of the log it would compare with nothing."""
    payment = a_paid(100_00)
    event = perform(payment, "partially_refund", arguments=json.loads('{"amount_minor": 4000.0}'))
    assert json.dumps(event.facts["payment"]["refunded"]["minor"]) == "4000"
    assert type(payment.refunded_minor) is int


class TestOverpayment:
    def test_is_recorded_where_it_is_named_one(self) -> None:
        invoice = an_issued()
        payment = a_payment(invoice, 150_00)
        event = perform(payment, "succeed", arguments={"overpayment": True})
        invoice.refresh_from_db()
        assert (invoice.paid_minor, invoice.remaining_minor, payment.overpaid_minor) == (121_00, 0, 29_00)
        assert event.facts["payment"]["overpaid"] == {"minor": 29_00, "currency": "RON"}

    def test_of_what_is_paid_already(self) -> None:
        invoice = an_issued()
        perform(a_payment(invoice), "succeed")
        perform(invoice, "mark_as_paid")
        again = a_payment(invoice)
        perform(again, "succeed", arguments={"overpayment": True})
        invoice.refresh_from_db()
        assert (invoice.paid_minor, again.overpaid_minor) == (121_00, 121_00)

    def test_goes_back_before_what_was_due(self) -> None:
        invoice = an_issued()
        payment = a_payment(invoice, 150_00)
        perform(payment, "succeed", arguments={"overpayment": True})
        perform(payment, "partially_refund", arguments={"amount_minor": 29_00})
        invoice.refresh_from_db()
        assert invoice.refunded_minor == 0
        perform(payment, "complete_refund")
        invoice.refresh_from_db()
        assert invoice.refunded_minor == 121_00
        perform(payment, "restore_after_refund_reversal")
        invoice.refresh_from_db()
        assert invoice.refunded_minor == 0
