"""What a webhook's notice means for its payment as that is now. Money never moves backwards for a late notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from state_machines.payments import Payment
from state_machines.sources.declare import Movement

if TYPE_CHECKING:
    from state_machines.webhooks import Webhook

LATE = "late"
UNKNOWN, DIFFERS, CLOSED, UNSIGNED = "payment_unknown", "amount_differs", "payment_closed", "unsigned"


@dataclass(frozen=True)
class Standing:
    """The payment that is meant, and the transition that the notice asks of it, if any; or why there is none.

    `code` is LATE where the notice has been overtaken, else what a person must look at.
    """

    payment: Payment | None = None
    transition: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""


def standing(webhook: Webhook) -> Standing:
    """What `webhook` means now."""
    payment = _payment(webhook)
    movement = Movement(webhook.movement)
    if movement is Movement.NONE or not webhook.believed:
        return Standing(payment)
    if payment is None:
        return Standing(code=UNKNOWN)
    if movement is Movement.SUCCEED:
        return _succeed(webhook, payment)
    if movement in (Movement.FAIL, Movement.CANCEL):
        if payment.state != "pending":
            return Standing(payment, code=LATE)
        if movement is Movement.CANCEL:
            return Standing(payment, "cancel")
        return Standing(payment, "fail_payment", {"code": webhook.code} if webhook.code else {})
    if movement is Movement.DISPUTE:
        disputable = payment.state in payment.spec.transitions["dispute_payment"].sources
        return Standing(payment, "dispute_payment") if disputable else Standing(payment, code=LATE)
    return _refund(webhook, payment, in_all=movement is Movement.REFUNDED)


def _payment(webhook: Webhook) -> Payment | None:
    name = webhook.gateway_id
    if not name and webhook.alias:
        called = type(webhook).objects.filter(source=webhook.source, alias=webhook.alias).exclude(gateway_id="")
        name = called.values_list("gateway_id", flat=True).order_by("id").first() or webhook.alias
    return known_payments().filter(gateway_id=name).first() if name else None


def known_payments() -> QuerySet[Payment]:
    """Payments with the rows whose facts the events of webhooks carry."""
    return Payment.objects.select_related("customer", "invoice__order")


def _same_money(webhook: Webhook, payment: Payment) -> bool:
    return (webhook.amount_minor, webhook.currency) == (payment.amount_minor, payment.currency)


def _succeed(webhook: Webhook, payment: Payment) -> Standing:
    if not _same_money(webhook, payment):
        return Standing(payment, code=DIFFERS)
    if payment.state == "pending":
        return Standing(payment, "succeed", {"overpayment": True})
    return Standing(payment, code=CLOSED if payment.state in ("failed", "cancelled") else LATE)


def _refund(webhook: Webhook, payment: Payment, *, in_all: bool) -> Standing:
    if payment.state == "refunded":
        return Standing(payment, code=LATE)
    if payment.state not in ("succeeded", "partially_refunded"):
        return Standing(payment, code=CLOSED)
    if webhook.amount_minor is None or webhook.currency != payment.currency:
        return Standing(payment, code=DIFFERS)
    more = webhook.amount_minor - (payment.refunded_minor if in_all else 0)
    if more <= 0:
        return Standing(payment, code=LATE)
    rest = payment.amount_minor - payment.refunded_minor
    if more > rest:
        return Standing(payment, code=DIFFERS)
    if more < rest:
        return Standing(payment, "partially_refund", {"amount_minor": more})
    return Standing(payment, "refund_payment" if payment.state == "succeeded" else "complete_refund")
