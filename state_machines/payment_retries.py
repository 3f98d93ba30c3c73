"""Payment retries: the planned attempts after a payment failed. Each attempt is a payment of its own."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.errors import Blocked
from core.machine import Machine, lock
from core.money import Money
from state_machines import columns
from state_machines.collecting import why_not_collect
from state_machines.customers import REASON
from state_machines.payments import Payment
from state_machines.periods import days_later
from state_machines.retry_policies import MAX_ATTEMPTS, RetryPolicy, days_of

_ATTEMPTS = [MinValueValidator(1), MaxValueValidator(MAX_ATTEMPTS)]


@guard("payment_retry.is_due", _("its time has come"))
def is_due(retry: PaymentRetry, **_given: Any) -> str | None:
    if retry.due_at <= clock.now():
        return None
    return gettext("payment retry %(id)s is not due before %(due)s") % {
        "id": retry.pk,
        "due": clock.iso(retry.due_at),
    }


@guard("payment_retry.something_is_owed", _("something is left to pay on its invoice"))
def something_is_owed(retry: PaymentRetry, **_given: Any) -> str | None:
    invoice = retry.payment.invoice
    return why_not_collect(invoice, Money(_amount_minor(retry.payment), retry.payment.currency)) if invoice else None


def _amount_minor(failed: Payment) -> int:
    """What another attempt takes: as much as failed, or what is left to pay where that is less."""
    left = failed.invoice.remaining_minor if failed.invoice else 0
    return min(left, failed.amount_minor) or failed.amount_minor


@guard("payment_retry.attempt_succeeded", _("the new payment succeeded"))
def attempt_succeeded(retry: PaymentRetry, **_given: Any) -> str | None:
    return _not_in(retry, "succeeded")


@guard("payment_retry.attempt_failed", _("the new payment failed"))
def attempt_failed(retry: PaymentRetry, **_given: Any) -> str | None:
    return _not_in(retry, "failed", "cancelled")


def _not_in(retry: PaymentRetry, *states: str) -> str | None:
    attempt = Payment.objects.get(pk=retry.attempt_id or 0)
    return (
        None
        if attempt.state in states
        else gettext("%(ref)s is %(state)s") % {"ref": attempt.ref, "state": attempt.state}
    )


class PaymentRetry(Machine):
    """Attempt `number` of at most `max_attempts`; `attempt` is the payment that it made."""

    state = StateField(
        {
            "pending": _("pending"),
            "processing": _("in work"),
            "success": _("succeeded"),
            "failed": _("failed"),
            "skipped": _("skipped"),
            "cancelled": _("cancelled"),
        },
        verbose_name=_("state"),
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="retries", verbose_name=_("failed payment"))
    attempt = models.OneToOneField(
        Payment, models.PROTECT, null=True, editable=False, related_name="retried_as", verbose_name=_("new payment")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=_ATTEMPTS)
    max_attempts = models.PositiveSmallIntegerField(_("attempts at most"), default=4, validators=_ATTEMPTS)
    due_at = models.DateTimeField(_("due at"))
    created_at = columns.born()

    machine = Declaration(
        noun="payment_retry",
        title=_("payment retry"),
        facts=(
            Fact("number", Kind.INTEGER, title=_("number")),
            Fact("max_attempts", Kind.INTEGER, title=_("attempts at most")),
            Fact("is_last", Kind.BOOLEAN, title=_("the last attempt"), read=lambda row: row.number >= row.max_attempts),
            Fact("attempt", Kind.REF, title=_("new payment"), optional=True),
            columns.moment_fact("due_at", _("due at")),
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "payment.customer", "payment": "payment", "invoice": "payment.invoice"},
        links={"payment": "retries"},
        terminal=("success", "failed", "skipped", "cancelled"),
        recorded=("payment",),
        rank=17,
    )

    class Meta:
        verbose_name = _("payment retry")
        verbose_name_plural = _("payment retries")
        constraints = [models.UniqueConstraint(fields=["payment", "number"], name="payment_retry_number_once")]

    @move(
        source="pending",
        target="processing",
        event="payment_retry.started",
        title=_("start"),
        guards=(is_due, something_is_owed),
    )
    def start(self) -> None:
        """A new payment of the same amount is begun, or of what is left to pay where that is less."""
        former = self.payment
        self.attempt = Payment.objects.create(
            customer=former.customer,
            invoice=former.invoice,
            amount_minor=_amount_minor(former),
            currency=former.currency,
            method=former.method,
            attempt=former.attempt + self.number,
        )

    @move(
        source="processing",
        target="success",
        event="payment_retry.succeeded",
        title=_("succeed"),
        guards=(attempt_succeeded,),
    )
    def succeed(self) -> None:
        """The new payment came."""

    @move(source="processing", target="failed", event="payment_retry.failed", title=_("fail"), guards=(attempt_failed,))
    def fail(self) -> None:
        """The new payment did not come either."""

    @move(source="pending", target="skipped", event="payment_retry.skipped", title=_("skip"), arguments=REASON)
    def skip(self, reason: str = "") -> None:
        """It is left out; a later one may come."""

    @move(source="pending", target="cancelled", event="payment_retry.cancelled", title=_("cancel"), arguments=REASON)
    def cancel(self, reason: str = "") -> None:
        """It is not wanted any more."""


@transaction.atomic
def plan_retry(payment: Payment, policy: RetryPolicy | None = None) -> PaymentRetry:
    """The next attempt for a failed payment, due so many days after it failed. Raises Blocked when none is left."""
    failed = lock(Payment, payment.pk)
    days, number = days_of(policy), failed.retries.count() + 1
    if failed.state != "failed" or failed.failed_at is None:
        reason = gettext("it is %(state)s, not failed") % {"state": failed.state}
        raise Blocked(transition="plan_retry", ref=failed.ref, reason=reason)
    if number > len(days):
        reason = gettext("all %(count)s attempts are used up") % {"count": len(days)}
        raise Blocked(transition="plan_retry", ref=failed.ref, reason=reason)
    due = days_later(failed.failed_at, days[number - 1])
    return PaymentRetry.objects.create(payment=failed, number=number, max_attempts=len(days), due_at=due)
