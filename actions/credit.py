"""The credit score, moved by rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from core.refs import resolve
from state_machines import credit
from state_machines.credit import CreditEntry
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
    inverse="credit.revert",
    emits=("customer.credit_adjusted",),
)
def adjust(call: Call, delta: int, cause: str = "") -> Outcome:
    """Within 0 and 1000; what was really applied is kept with its cause, so that it can be taken back exactly."""
    customer = _customer(call)
    if isinstance(customer, Failed):
        return customer
    entry = credit.adjust(customer, delta, (cause or call.rule)[:60])
    return Done(f"{entry.applied:+d}, now {entry.score}")


@action(
    "credit.revert",
    title=_("Take back a change of the credit score"),
    sentence=_("Take back what {cause} did to the customer's credit score"),
    parameters={"cause": {"type": "string", "minLength": 1, "maxLength": 60}},
    required=("cause",),
    emits=("customer.credit_adjusted",),
)
def revert(call: Call, cause: str) -> Outcome:
    """Exactly what was applied for this cause and is not taken back yet, whatever the rules would apply today."""
    customer = _customer(call)
    if isinstance(customer, Failed):
        return customer
    entries = list(CreditEntry.objects.filter(customer=customer, cause=cause, reversal=None).order_by("id"))
    if not entries:
        return Skipped(f"nothing that {cause} did to the score of {customer.ref} is left to take back")
    back = sum(credit.reverse(entry).applied for entry in entries)
    return Done(f"{back:+d} for {cause}")


def _customer(call: Call) -> Customer | Failed:
    if not call.customer:
        return Failed(f"{call.target} belongs to no customer, so there is no score to adjust", retryable=False)
    customer = resolve(call.customer)
    if not isinstance(customer, Customer):
        return Failed(f"{call.customer} has no credit score", retryable=False)
    return customer
