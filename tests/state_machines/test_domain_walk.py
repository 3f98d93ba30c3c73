"""Walking the whole of billing at random: whatever is tried in whatever order, the books stay right."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from core.errors import PravilaError
from core.events import Event
from core.machine import Machine, perform
from core.testing.rebuilding import as_stored, rebuilt
from core.testing.ways import arguments_for
from state_machines import credit
from state_machines.customers import MAX_SCORE, START_SCORE
from state_machines.models import CreditEntry, Customer, Invoice, Payment, Refund, Wallet, WalletEntry
from state_machines.wallets import debit
from tests.state_machines.made import (
    a_customer,
    a_draft,
    a_payment,
    a_proforma,
    a_refund,
    a_subscription,
    a_topup,
    a_wallet,
    an_order,
)

AMOUNTS = st.sampled_from([1, 21_00, 60_50, 100_00, 121_00, 150_00])


class Billing(RuleBasedStateMachine):
    """Objects of one customer. What is refused must leave everything as it was."""

    rows: Bundle[Machine] = Bundle("rows")
    payments: Bundle[Payment] = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.customer = a_customer()
        self.wallet = a_wallet(customer=self.customer)
        self.touched: Machine = self.customer
        perform(a_draft(self.customer), "issue")
        self.keys = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @rule(target=rows)
    def orders(self) -> Any:
        order = an_order(self.customer, items=1)
        return multiple(order, order.items.get())

    @rule(target=rows)
    def drafts(self) -> Machine:
        return a_draft(self.customer)

    @rule(target=rows)
    def offers(self) -> Machine:
        return a_proforma(an_order(self.customer))

    @rule(target=rows)
    def subscribes(self) -> Machine:
        return a_subscription(self.customer)

    @rule(target=rows)
    def tops_up(self) -> Any:
        try:
            return a_topup(self.wallet)
        except PravilaError:
            return multiple()

    @rule(target=payments, minor=AMOUNTS, place=st.integers(0, 5))
    def pays(self, minor: int, place: int) -> Any:
        invoices = list(Invoice.objects.filter(state__in=("issued", "overdue", "paid")).order_by("id"))
        return a_payment(invoices[place % len(invoices)], minor) if invoices else multiple()

    @rule(payment=payments, overpayment=st.booleans())
    def comes(self, payment: Payment, overpayment: bool) -> None:
        self.touched = payment
        self.attempt(lambda: perform(payment, "succeed", arguments={"overpayment": overpayment}))

    @rule(target=payments)
    def pays_too_much(self) -> Any:
        invoice = Invoice.objects.filter(state__in=("issued", "overdue", "paid")).order_by("id").first()
        if invoice is None:
            return multiple()
        payment = self.touched = a_payment(invoice, 150_00)
        perform(payment, "succeed", arguments={"overpayment": True})
        return payment

    @rule(payment=payments, minor=AMOUNTS)
    def goes_back(self, payment: Payment, minor: int) -> None:
        self.touched = payment
        self.attempt(lambda: perform(payment, "partially_refund", arguments={"amount_minor": minor}))

    @rule(target=rows, payment=payments, minor=AMOUNTS)
    def asks_back(self, payment: Payment, minor: int) -> Any:
        return self.attempt(lambda: a_refund(payment, minor)) or multiple()

    @rule(row=st.one_of(rows, payments), pick=st.integers(0, 30), minor=AMOUNTS, flag=st.booleans())
    def moves(self, row: Machine, pick: int, minor: int, flag: bool) -> None:
        names = sorted(row.spec.transitions)
        name = names[pick % len(names)]
        arguments = arguments_for(row.spec.transitions[name])
        if "amount_minor" in arguments:
            arguments["amount_minor"] = minor
        if name == "succeed" and isinstance(row, Payment):
            arguments["overpayment"] = flag
        self.touched = row
        self.attempt(lambda: perform(row, name, arguments=arguments))

    @rule(row=st.one_of(rows, payments))
    def goes_on(self, row: Machine) -> None:
        """A likely next step, so that walks get far."""
        row.refresh_from_db()
        likely = {"draft": ("submit", "issue", "send_proforma"), "pending": ("succeed", "start_processing", "activate")}
        likely |= {"processing": ("approve",), "approved": ("complete",), "issued": ("mark_as_paid",)}
        for name in likely.get(row.state, ()):
            if name in row.spec.transitions:
                self.touched = row
                self.attempt(lambda name=name: perform(row, name))

    @rule(minor=AMOUNTS)
    def takes_out(self, minor: int) -> None:
        self.keys += 1
        self.touched = self.wallet
        self.attempt(lambda: debit(self.wallet, minor, "invoice", key=f"walk-{self.keys}"))

    @rule(delta=st.sampled_from([-900, -100, -30, 15, 25, 400]))
    def is_rated(self, delta: int) -> None:
        credit.adjust(self.customer.ref, delta, "walk")
        self.touched = self.customer

    @rule(place=st.integers(0, 10))
    def is_rated_anew(self, place: int) -> None:
        entries = list(CreditEntry.objects.filter(reverses=None, reversal=None).order_by("id"))
        if entries:
            credit.reverse(entries[place % len(entries)])

    def attempt(self, act: Any) -> Any:
        """What the act returned; None where it was refused, and then nothing changed."""
        events = Event.objects.count()
        try:
            return act()
        except PravilaError:
            assert Event.objects.count() == events
            return None

    @invariant()
    def the_log_rebuilds_the_row(self) -> None:
        assert rebuilt(self.touched) == as_stored(self.touched)

    @invariant()
    def invoices_have_what_payments_brought(self) -> None:
        for invoice in Invoice.objects.all():
            came = [payment for payment in invoice.payments.all() if payment.succeeded_at is not None]
            assert invoice.paid_minor == sum(payment.amount_minor - payment.overpaid_minor for payment in came)
            assert invoice.refunded_minor == sum(max(0, each.refunded_minor - each.overpaid_minor) for each in came)
            assert 0 <= invoice.refunded_minor <= invoice.paid_minor <= max(0, invoice.total_minor)
            assert invoice.state != "paid" or invoice.remaining_minor == 0

    @invariant()
    def refunds_stay_within_payments(self) -> None:
        for payment in Payment.objects.all():
            done = payment.refunds.filter(state="completed").aggregate(sum=Sum("amount_minor", default=0))["sum"]
            assert payment.refunded_minor <= payment.amount_minor
            assert done <= payment.amount_minor or payment.state != "refunded"
        assert all(refund.amount_minor <= refund.payment.amount_minor for refund in Refund.objects.all())

    @invariant()
    def numbers_have_no_gap(self) -> None:
        numbers = sorted(Invoice.objects.exclude(number=None).values_list("number", flat=True))
        assert numbers == [f"INV-{number:06d}" for number in range(1, len(numbers) + 1)]

    @invariant()
    def wallets_hold_the_sum_of_their_entries(self) -> None:
        wallet = Wallet.objects.get(pk=self.wallet.pk)
        entries = WalletEntry.objects.filter(wallet=wallet).aggregate(sum=Sum("amount_minor", default=0))
        assert wallet.balance_minor == entries["sum"] >= 0

    @invariant()
    def the_score_is_what_was_applied(self) -> None:
        score = Customer.objects.get(pk=self.customer.pk).credit_score
        applied = CreditEntry.objects.aggregate(sum=Sum("applied", default=0))["sum"]
        assert 0 <= score == START_SCORE + applied <= MAX_SCORE


@pytest.mark.django_db
def test_the_books_stay_right() -> None:
    run_state_machine_as_test(
        Billing,
        settings=settings(max_examples=20, stateful_step_count=40),
    )
