"""Reporting errors of the business to where developers look at errors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.errors import ERRORS, ErrorReport
from actions.outcome import Outcome

LEVELS = ("info", "warning", "error", "fatal")


@action(
    "error.report",
    title=_("Report an error"),
    sentence=_("Report the error ({level}): {message}"),
    parameters={
        "message": {"type": "string", "minLength": 1, "maxLength": 300},
        "level": {"type": "string", "enum": list(LEVELS)},
        "code": {"type": "string", "maxLength": 60},
        "amount": {"type": "string", "maxLength": 40},
    },
    required=("message",),
    kind=EXTERNAL,
    queue="low",
)
def report(call: Call, message: str, level: str = "error", code: str = "", amount: str = "") -> Outcome:
    """With the references of target, customer and rule, which mean nothing outside."""
    told = {"rule": call.rule, "object": call.target, "customer": call.customer, "code": code, "amount": amount}
    tags = {name: value for name, value in told.items() if value}
    return ERRORS.through(lambda gateway: gateway.report(ErrorReport(" ".join(message.split()), level, tags, call.key)))
