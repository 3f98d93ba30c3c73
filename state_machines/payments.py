"""Payments: one attempt to take money, with what became of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind, Relation
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from core.money import Money
from state_machines import columns
from state_machines.collecting import collect, give_back, why_not_collect
from state_machines.customers import Customer
from state_machines.invoices import Invoice

METHODS = {
    "stripe": _("card (Stripe)"),
    "bank": _("bank transfer"),
    "paypal": _("PayPal"),
    "cash": _("cash"),
    "other": _("other"),
}
STATES = {
    "pending": _("pending"),
    "succeeded": _("succeeded"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "refunded": _("refunded"),
    "partially_refunded": _("partially refunded"),
    "disputed": _("disputed"),
}
FAILURE = {"code": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}}


@guard("payment.fits_invoice", _("its invoice takes it"))
def fits_invoice(payment: Payment, overpayment: bool = False) -> str | None:
    if payment.invoice is None:
        return None
    return why_not_collect(payment.invoice, payment.amount, overpayment=overpayment)


@guard("payment.refund_is_partial", _("the refunds stay below the amount"))
def refund_is_partial(payment: Payment, amount_minor: int = 0) -> str | None:
    if payment.refunded_minor + amount_minor < payment.amount_minor:
        return None
    return gettext("with it payment %(id)s would be refunded in full; use refund_payment") % {"id": payment.pk}


@guard("payment.reversal_is_partial", _("a part stays refunded"))
def reversal_is_partial(payment: Payment, amount_minor: int = 0) -> str | None:
    if amount_minor < payment.refunded_minor:
        return None
    return gettext("with it nothing of payment %(id)s would stay refunded; use restore_after_refund_reversal") % {
        "id": payment.pk
    }


class Payment(Machine):
    """An attempt to take `amount_minor` on an invoice, or on account. A new attempt is a new payment."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments", verbose_name=_("customer"))
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("invoice")
    )
    amount_minor = models.BigIntegerField(
        _("amount"), validators=[MinValueValidator(1), MaxValueValidator(columns.MAX_MINOR)]
    )
    refunded_minor = columns.minor(_("refunded"), editable=False)
    overpaid_minor = columns.minor(_("overpaid"), editable=False)
    currency = columns.currency()
    method = models.CharField(_("method"), max_length=20, choices=list(METHODS.items()), default="stripe")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1, validators=[MinValueValidator(1)])
    failure_code = columns.code(_("failure code"), editable=False)
    gateway_id = models.CharField(_("gateway's id"), max_length=200, null=True, blank=True, unique=True)
    created_at = columns.born()
    succeeded_at = columns.moment(_("succeeded at"), editable=False)
    failed_at = columns.moment(_("failed at"), editable=False)

    machine = Declaration(
        noun="payment",
        title=_("payment"),
        facts=(
            Fact("amount", Kind.MONEY, title=_("amount")),
            Fact("refunded", Kind.MONEY, title=_("refunded")),
            Fact("overpaid", Kind.MONEY, title=_("overpaid")),
            columns.CURRENCY_FACT,
            Fact("method", Kind.TEXT, title=_("method"), choices=tuple(METHODS)),
            Fact("attempt", Kind.INTEGER, title=_("attempt")),
            columns.code_fact("failure_code", _("failure code"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("succeeded_at", _("succeeded at")),
            columns.moment_fact("failed_at", _("failed at")),
        ),
        related={"customer": "customer", "invoice": "invoice"},
        links={"customer": "payments", "invoice": "payments"},
        relations=(Relation("refunds", "refund"), Relation("retries", "payment_retry")),
        terminal=("failed", "cancelled", "disputed"),
        recorded=("customer", "invoice"),
        rank=20,
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")),
                name="payment_refunds_in_bounds",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @transition(
        source="pending",
        target="succeeded",
        event="payment.succeeded",
        title=_("succeed"),
        guards=(fits_invoice,),
        arguments={"overpayment": {"type": "boolean"}},
        moves_money=True,
    )
    def succeed(self, overpayment: bool = False) -> None:
        """The money is here, and counts towards the invoice in the same transaction.

        With `overpayment`, what is more than due is recorded as such; without, the payment is refused.
        """
        self.succeeded_at = clock.now()
        if self.invoice is not None:
            self.overpaid_minor = self.amount_minor - collect(self.invoice, self.amount, overpayment=overpayment)

    @transition(source="pending", target="failed", event="payment.failed", title=_("fail"), arguments=FAILURE)
    def fail_payment(self, code: str = "unknown") -> None:
        self.failure_code, self.failed_at = code, clock.now()

    @transition(source="pending", target="cancelled", event="payment.cancelled", title=_("cancel"))
    def cancel(self) -> None:
        """It was given up before money moved."""

    @transition(source="succeeded", target="refunded", event="payment.refunded", title=_("refund"), moves_money=True)
    def refund_payment(self) -> None:
        self._refund(self.amount_minor - self.refunded_minor)

    @transition(
        source=("succeeded", "partially_refunded"),
        target="partially_refunded",
        event="payment.partially_refunded",
        title=_("refund in part"),
        guards=(refund_is_partial,),
        arguments={"amount_minor": columns.POSITIVE_MINOR},
        required=("amount_minor",),
        moves_money=True,
    )
    def partially_refund(self, amount_minor: int) -> None:
        self._refund(amount_minor)

    @transition(
        source="partially_refunded",
        target="refunded",
        event="payment.refunded",
        title=_("refund the rest"),
        moves_money=True,
    )
    def complete_refund(self) -> None:
        self._refund(self.amount_minor - self.refunded_minor)

    @transition(
        source=("partially_refunded", "refunded"),
        target="succeeded",
        event="payment.refund_reversed",
        title=_("take back the refund"),
        moves_money=True,
    )
    def restore_after_refund_reversal(self) -> None:
        self._refund(-self.refunded_minor)

    @transition(
        source="refunded",
        target="partially_refunded",
        event="payment.refund_partly_reversed",
        title=_("take back a part of the refund"),
        guards=(reversal_is_partial,),
        arguments={"amount_minor": columns.POSITIVE_MINOR},
        required=("amount_minor",),
        moves_money=True,
    )
    def restore_partial_after_refund_reversal(self, amount_minor: int) -> None:
        self._refund(-amount_minor)

    @transition(
        source=("pending", "succeeded", "partially_refunded"),
        target="disputed",
        event="payment.disputed",
        title=_("dispute"),
    )
    def dispute_payment(self) -> None:
        """The customer's bank asks for it back."""

    def _refund(self, minor: int) -> None:
        """What was paid too much goes back first; only the rest was ever counted on the invoice."""
        before = max(0, self.refunded_minor - self.overpaid_minor)
        self.refunded_minor += minor
        counted = max(0, self.refunded_minor - self.overpaid_minor) - before
        if self.invoice is not None and counted:
            give_back(self.invoice, counted)
