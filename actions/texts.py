"""Writing a message from a text of the rules: in the version that decided, in the reader's language."""

from __future__ import annotations

from typing import Any

from actions.declare import Call
from actions.outcome import Failed
from core.events import Event
from rules.decisions import Decision
from rules.facts import View
from rules.pinned import effective_rules
from rules.templates import NotRendered
from rules.texts import Written, written
from state_machines.customers import Customer


def write(call: Call, name: str, customer: Customer) -> Written | Failed:
    """The text `name` for the event that caused the call. Contact data is read now: the log has none of it."""
    decision = Decision.objects.filter(event_id=call.event_id, outcome="acted").order_by("-attempt").first()
    rules = effective_rules(decision) if decision else None
    if rules is None:
        said = f'the version that has the text "{name}" is not on this server; publish it again, then retry'
        return Failed(said, retryable=False)
    document = _with_contact(Event.objects.get(pk=call.event_id).as_document(), customer)
    try:
        found = written(rules.texts, name, customer.language, View(document, rules.params))
    except NotRendered as problem:
        return Failed(f'the text "{name}" cannot be written: {problem}', retryable=False)
    return found or Failed(f'there is no text "{name}" in the version that decided', retryable=False)


def _with_contact(document: dict[str, Any], customer: Customer) -> dict[str, Any]:
    facts = document["facts"]
    return {**document, "facts": {**facts, "customer": {**(facts.get("customer") or {}), "name": customer.name}}}
