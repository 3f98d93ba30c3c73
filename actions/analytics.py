"""Telling analytics what happened: codes, ids and numbers, never who somebody is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.asking import ANALYTICS, Question
from actions.outcome import Outcome


@action(
    "analytics.track",
    title=_("Tell analytics"),
    sentence=_("Tell analytics that {event} happened"),
    parameters={
        "event": {"type": "string", "pattern": "^[a-z][a-z0-9_.]*$", "maxLength": 60},
        "plan": {"type": "string", "maxLength": 60},
        "method": {"type": "string", "maxLength": 60},
        "count": {"type": "integer"},
    },
    required=("event",),
    kind=EXTERNAL,
    queue="low",
)
def track(call: Call, event: str, **properties: Any) -> Outcome:
    """With the references of target and customer, which mean nothing outside; the key lets the service count it once."""
    body = {"event": event, "object": call.target, "customer": call.customer, "properties": properties}
    return ANALYTICS.through(lambda gateway: gateway.ask(Question("/track", body, call.key)))
