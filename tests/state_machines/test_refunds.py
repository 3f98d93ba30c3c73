"""Refunds: bounded by what was paid, also by what is under way and by several at once."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from core.errors import Blocked
from core.events import Event
from core.machine import change, perform
from state_machines.models import Payment, Refund
from tests.parallel import at_once
from tests.state_machines.made import a_paid, a_payment, a_refund, an_issued


def carried_out(refund: Refund) -> Refund:
    for name in ("start_processing", "approve", "complete"):
        perform(refund, name)
    return refund


@pytest.mark.django_db
class TestRefunds:
    def test_what_is_under_way_counts_as_gone(self) -> None:
        payment = a_paid(100_00)
        a_refund(payment, 60_00)
        with pytest.raises(
            Blocked, match=r"40.01 RON is more than the 40.00 RON of payment:\d+ that can still go back"
        ):
            a_refund(payment, 40_01)
        assert Event.objects.filter(type="refund.created").count() == 1

    def test_what_was_given_up_does_not(self) -> None:
        payment = a_paid(100_00)
        perform(a_refund(payment, 100_00), "cancel")
        assert a_refund(payment, 100_00).state == "pending"

    def test_tried_again_only_while_it_fits(self) -> None:
        payment = a_paid(100_00)
        refund = a_refund(payment, 60_00)
        perform(refund, "start_processing")
        perform(refund, "mark_failed", arguments={"code": "iban_wrong"})
        other = a_refund(payment, 60_00)
        with pytest.raises(Blocked, match=r"60.00 RON is more than the 40.00 RON"):
            perform(refund, "retry")
        perform(other, "cancel")
        perform(refund, "retry")
        assert (refund.state, refund.failure_code) == ("pending", "")

    def test_only_money_that_came(self) -> None:
        with pytest.raises(Blocked, match="is pending; only money that came can go back"):
            a_refund(a_payment(an_issued()), 1_00)

    def test_completion_is_booked_on_payment_and_invoice(self) -> None:
        invoice = an_issued()
        payment = a_payment(invoice)
        perform(payment, "succeed")
        carried_out(a_refund(payment, 21_00))
        payment.refresh_from_db()
        invoice.refresh_from_db()
        assert (payment.state, payment.refunded_minor, invoice.refunded_minor) == ("partially_refunded", 21_00, 21_00)
        carried_out(a_refund(payment, 100_00))
        payment.refresh_from_db()
        invoice.refresh_from_db()
        assert (payment.state, payment.refunded_minor, invoice.refunded_minor) == ("refunded", 121_00, 121_00)

    def test_its_event_knows_what_became_of_payment_and_invoice(self) -> None:
        payment = a_payment(an_issued())
        perform(payment, "succeed")
        carried_out(a_refund(payment, 21_00))
        facts = Event.objects.get(type="refund.completed").facts
        assert facts["payment"]["state"] == "partially_refunded"
        assert facts["payment"]["refunded"]["minor"] == facts["invoice"]["refunded"]["minor"] == 21_00

    def test_what_was_refunded_beside_it_leaves_nothing(self) -> None:
        payment = a_paid(100_00)
        refund = a_refund(payment, 60_00)
        perform(refund, "start_processing")
        perform(refund, "approve")
        perform(payment, "partially_refund", arguments={"amount_minor": 50_00})
        with pytest.raises(Blocked, match=r"60.00 RON is more than the 50.00 RON"):
            perform(refund, "complete")
        assert Payment.objects.get().refunded_minor == 50_00

    def test_the_database_bounds_them_too(self) -> None:
        payment = a_paid(100_00)
        with pytest.raises(IntegrityError), transaction.atomic():
            change(payment, refunded_minor=100_01)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestParallel:
    def test_wishes_never_add_up_to_more_than_was_paid(self) -> None:
        payment = a_paid(100_00)
        results = at_once(*(partial(a_refund, payment, 30_00) for _ in range(6)))
        assert sum(isinstance(result, Refund) for result in results) == 3
        assert all(isinstance(result, Refund | Blocked) for result in results), results

    def test_refunds_and_payments_lock_in_one_order(self) -> None:
        """A port that locks as each receiver comes upon a row (invoice first here, payment first there) deadlocks."""
        invoice = an_issued()
        payments = [a_payment(invoice, 40_00), a_payment(invoice, 40_00), a_payment(invoice, 41_00)]
        for payment in payments[:2]:
            perform(payment, "succeed")
        refunds = [a_refund(payment, 10_00) for payment in payments[:2] for _ in range(3)]
        for refund in refunds:
            perform(refund, "start_processing")
            perform(refund, "approve")
        acts = [partial(perform, refund.ref, "complete") for refund in refunds]
        acts += [partial(perform, payments[2].ref, "succeed")]
        acts += [
            partial(perform, payment.ref, "partially_refund", arguments={"amount_minor": 1_00})
            for payment in payments[:2]
        ]
        results = at_once(*acts)
        assert all(isinstance(result, Event) for result in results), results
        invoice.refresh_from_db()
        assert (invoice.paid_minor, invoice.refunded_minor) == (121_00, 62_00)
