"""The next attempts after a payment failed, planned by rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from core.errors import Blocked
from core.machine import lock
from state_machines import payment_retries
from state_machines.payments import Payment
from state_machines.retry_policies import RetryPolicy


@action(
    "payment.plan_retry",
    title=_("Plan the next attempt"),
    sentence=_("Plan the next attempt to take the payment"),
    parameters={"policy": {"type": "string", "minLength": 1, "maxLength": 60}},
    targets=("payment",),
    inverse="payment_retry.cancel",
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
    return Done(f"{retry.ref} is due on {retry.due_at:%Y-%m-%d}")
