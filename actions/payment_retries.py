"""The next attempts after a payment failed, planned by rules."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from actions.payments import chargeable, mark, take, under_way
from core import clock
from core.errors import Blocked
from core.machine import change, lock, perform
from state_machines import payment_retries
from state_machines.invoices import Invoice
from state_machines.payment_methods import PaymentMethod
from state_machines.payment_retries import PaymentRetry
from state_machines.payments import Payment
from state_machines.retry_policies import RetryPolicy

LOOK_SECONDS = 3600.0


@action(
    "payment.plan_retry",
    title=_("Plan the next attempt"),
    sentence=_("Plan the next attempt to take the payment"),
    parameters={"policy": {"type": "string", "minLength": 1, "maxLength": 60}},
    targets=("payment",),
    inverse="payment_retry.cancel",
    emits=("payment_retry.created",),
)
def plan(call: Call, policy: str = "") -> Outcome:
    """One waiting attempt at a time, so that two causes make no second chain; none is planned when all are used up."""
    payment = lock(Payment, call.row().pk)
    known = RetryPolicy.objects.filter(code=policy, state="active").first()
    if policy and known is None:
        return Failed(f'there is no active retry policy "{policy}"; add it or correct the rule', retryable=False)
    waiting = payment.retries.filter(state__in=["pending", "processing"]).first()
    if waiting is not None:
        return Skipped(f"{waiting.ref} waits for {payment.ref} already")
    try:
        retry = payment_retries.plan_retry(payment, known)
    except Blocked as refused:
        return Skipped(str(refused))
    return Done(f"{retry.ref} is due on {clock.day_of(retry.due_at)}")


@action(
    "payment_retry.charge",
    title=_("Try to take the payment again"),
    sentence=_("Try to take the payment again"),
    kind=EXTERNAL,
    queue="high",
    targets=("payment_retry",),
    moves_money=True,
)
def charge(call: Call) -> Outcome:
    """One new payment, asked of the customer's default method; skipped where nothing is owed any more."""
    begun = _begin(call)
    return take(*begun) if isinstance(begun, tuple) else begun


@transaction.atomic
def _begin(call: Call) -> tuple[Payment, PaymentMethod] | Outcome:
    retry = lock(PaymentRetry, call.row().pk)
    method = chargeable(retry.payment.customer_id)
    if method is None:
        return Skipped("the customer has no default payment method that can be charged")
    if retry.state == "pending":
        if retry.due_at > clock.now():
            wait = (retry.due_at - clock.now()).total_seconds()
            return Failed(f"{retry.ref} is not due yet", retryable=True, retry_after=wait, counted=False)
        invoice = retry.payment.invoice_id and lock(Invoice, retry.payment.invoice_id)
        if invoice and (other := under_way(invoice).first()):
            said = f"{other.ref} is under way; {retry.ref} waits for what becomes of it"
            return Failed(said, retryable=True, retry_after=LOOK_SECONDS, counted=False)
        try:
            perform(retry, "start")
        except Blocked as refused:
            perform(retry, "skip", arguments={"reason": str(refused)[:500]})
            return Skipped(str(refused))
        if retry.attempt is not None:
            change(retry.attempt, gateway_id=mark(call))
    payment = retry.attempt
    if payment is None or payment.state != "pending" or payment.gateway_id != mark(call):
        return Skipped(f"{retry.ref} is {retry.state} already")
    return payment, method


@action(
    "payment.settle_retry",
    title=_("Say what became of the planned attempt"),
    sentence=_("Say what became of the planned attempt"),
    targets=("payment",),
)
def settle(call: Call) -> Outcome:
    """For payments that a planned attempt made, once they came or failed."""
    payment = Payment.objects.get(pk=call.row().pk)
    retry = PaymentRetry.objects.filter(attempt=payment, state="processing").first()
    if retry is None:
        return Skipped(f"{payment.ref} was made by no planned attempt, or that is settled")
    if payment.state == "pending":
        return Skipped(f"{payment.ref} is pending")
    perform(retry, "succeed" if payment.state == "succeeded" else "fail")
    return Done(f"{retry.ref} is {retry.state}")
