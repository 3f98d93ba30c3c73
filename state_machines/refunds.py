"""Refunds: money that is to go back, from the wish to the booking. What is under way counts as if it were gone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Sum
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, permission
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.errors import Blocked
from core.machine import Machine, lock, perform
from core.money import Money
from state_machines import columns
from state_machines.customers import REASON
from state_machines.payments import FAILURE, Payment

UNDER_WAY = ("pending", "processing", "approved")
CAUSES = {
    "customer_request": _("asked by the customer"),
    "service_failure": _("service failed"),
    "duplicate": _("paid twice"),
    "cancellation": _("cancelled"),
    "goodwill": _("goodwill"),
    "other": _("other"),
}


def refundable_minor(payment: Payment, *, but: int | None = None) -> int:
    """What of the payment may still be asked back: neither refunded nor under way, refund `but` not counted."""
    under_way = (
        payment.refunds.filter(state__in=UNDER_WAY).exclude(pk=but or 0).aggregate(sum=Sum("amount_minor", default=0))
    )
    return payment.amount_minor - payment.refunded_minor - int(under_way["sum"])


def why_not_refund(payment: Payment, minor: int, *, but: int | None = None) -> str | None:
    """None, or why `minor` units of the payment cannot go back."""
    if payment.state not in ("succeeded", "partially_refunded"):
        return gettext("%(ref)s is %(state)s; only money that came can go back") % {
            "ref": payment.ref,
            "state": payment.state,
        }
    left = refundable_minor(payment, but=but)
    if minor > left:
        return gettext("%(amount)s is more than the %(left)s of %(ref)s that can still go back") % {
            "amount": Money(minor, payment.currency),
            "left": Money(left, payment.currency),
            "ref": payment.ref,
        }
    return None


def taken_back(refund: Refund) -> tuple[int, int]:
    """What of its invoice went back by the refunds that were completed before this one, and by this one. What was paid too
    much goes back first, and was never on the invoice."""
    earlier = models.Q(completed_at__lt=refund.completed_at) | models.Q(
        completed_at=refund.completed_at, pk__lt=refund.pk
    )
    found = Refund.objects.filter(earlier, payment__invoice=refund.payment.invoice_id, state="completed")
    back: Counter[int] = Counter()
    too_much = {refund.payment_id: refund.payment.overpaid_minor}
    for payment, overpaid, minor in found.values_list("payment", "payment__overpaid_minor", "amount_minor"):
        too_much[payment] = overpaid
        back[payment] += minor

    def on_the_invoice() -> int:
        return sum(max(0, minor - too_much[payment]) for payment, minor in back.items())

    before = on_the_invoice()
    back[refund.payment_id] += refund.amount_minor
    return before, on_the_invoice() - before


@guard("refund.fits_payment", _("its payment can still give it back"))
def fits_payment(refund: Refund, **_given: Any) -> str | None:
    return why_not_refund(refund.payment, refund.amount_minor, but=refund.pk)


class Refund(Machine):
    """`amount_minor` of a payment on its way back. Locked before its payment, which is locked before its invoice."""

    state = StateField(
        {
            "pending": _("pending"),
            "processing": _("in work"),
            "approved": _("approved"),
            "completed": _("completed"),
            "rejected": _("rejected"),
            "failed": _("failed"),
            "cancelled": _("cancelled"),
        },
        verbose_name=_("state"),
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    amount_minor = models.BigIntegerField(
        _("amount"), validators=[MinValueValidator(1), MaxValueValidator(columns.MAX_MINOR)]
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    cause = models.CharField(_("cause"), max_length=20, choices=list(CAUSES.items()), default="customer_request")
    failure_code = columns.code(_("failure code"), editable=False)
    created_at = columns.born()
    completed_at = columns.moment(_("completed at"), editable=False)

    machine = Declaration(
        noun="refund",
        title=pgettext_lazy("noun", "refund"),
        facts=(
            Fact("amount", Kind.MONEY, title=_("amount")),
            columns.CURRENCY_FACT,
            Fact("cause", Kind.TEXT, title=_("cause"), choices=tuple(CAUSES)),
            columns.code_fact("failure_code", _("failure code"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("completed_at", _("completed at")),
        ),
        related={"customer": "payment.customer", "payment": "payment", "invoice": "payment.invoice"},
        links={"payment": "refunds"},
        terminal=("completed", "rejected", "cancelled"),
        recorded=("payment",),
        rank=15,
    )

    class Meta:
        verbose_name = pgettext_lazy("noun", "refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_amount_positive")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new refund must fit what is left of its payment, under the payment's lock. Raises Blocked."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            self.currency = self._reserve("create").currency
            super().save(*args, **kwargs)

    def _reserve(self, name: str) -> Payment:
        payment = lock(Payment, self.payment_id)
        if reason := why_not_refund(payment, self.amount_minor, but=self.pk):
            raise Blocked(transition=name, ref=payment.ref, reason=reason)
        return payment

    @move(source="pending", target="processing", event="refund.processing_started", title=_("look into it"))
    def start_processing(self) -> None:
        """Somebody looks into it."""

    @move(
        source="processing",
        target="approved",
        event="refund.approved",
        title=_("approve"),
        roles=(permission.APPROVER,),
    )
    def approve(self) -> None:
        """The money may go."""

    @move(source="processing", target="rejected", event="refund.rejected", title=_("reject"), arguments=REASON)
    def reject(self, reason: str = "") -> None:
        """The money stays."""

    @move(
        source="approved",
        target="completed",
        event="refund.completed",
        title=_("complete"),
        guards=(fits_payment,),
        moves_money=True,
    )
    def complete(self) -> None:
        """It went back: the payment and its invoice count it in the same transaction."""
        payment = self._reserve("complete")
        self.completed_at = clock.now()
        if self.amount_minor < payment.amount_minor - payment.refunded_minor:
            perform(payment, "partially_refund", arguments={"amount_minor": self.amount_minor})
        else:
            perform(payment, "refund_payment" if payment.state == "succeeded" else "complete_refund")
        self.payment = lock(Payment, payment.pk)  # with what became of its invoice

    @move(
        source=("processing", "approved"),
        target="failed",
        event="refund.failed",
        title=_("mark as failed"),
        arguments=FAILURE,
    )
    def mark_failed(self, code: str = "unknown") -> None:
        self.failure_code = code

    @move(source=UNDER_WAY, target="cancelled", event="refund.cancelled", title=_("cancel"), arguments=REASON)
    def cancel(self, reason: str = "") -> None:
        """Nobody wants it any more."""

    @move(source="failed", target="pending", event="refund.retried", title=_("try again"), guards=(fits_payment,))
    def retry(self) -> None:
        self._reserve("retry")
        self.failure_code = ""
