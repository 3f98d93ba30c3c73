"""The credit score, moved by rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome
from core.refs import resolve
from state_machines import credit
from state_machines.customers import MAX_SCORE, Customer


@action(
    "credit.adjust",
    title=_("Adjust the credit score"),
    sentence=_("Move the customer's credit score by {delta}"),
    parameters={
        "delta": {"type": "integer", "minimum": -MAX_SCORE, "maximum": MAX_SCORE},
        "cause": {"type": "string", "minLength": 1, "maxLength": 60},
    },
    required=("delta",),
)
def adjust(call: Call, delta: int, cause: str = "") -> Outcome:
    """Within 0 and 1000; what was really applied is kept with its cause, so that it can be taken back exactly."""
    if not call.customer:
        return Failed(f"{call.target} belongs to no customer, so there is no score to adjust", retryable=False)
    customer = resolve(call.customer)
    if not isinstance(customer, Customer):
        return Failed(f"{call.customer} has no credit score", retryable=False)
    entry = credit.adjust(customer, delta, (cause or call.rule)[:60])
    return Done(f"{entry.applied:+d}, now {entry.score}")
