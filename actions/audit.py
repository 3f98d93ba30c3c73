"""Audit rows that rules write: ids and codes only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome
from core import audit

AREAS = ("business", "security", "compliance")


@action(
    "audit.record",
    title=_("Write into the audit"),
    sentence=_("Write {code} into the audit ({area})"),
    parameters={
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 40},
        "area": {"type": "string", "enum": list(AREAS)},
    },
    required=("code",),
)
def write(call: Call, code: str, area: str = "business") -> Outcome:
    """A row of the append-only audit on the target; what was changed, and from what, is in the event that caused it."""
    audit.note(f"{area}.{code}", call.target)
    return Done(f"{area}.{code} is written down")
