"""Writing a message from a text of the rules: in the version that decided, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.declare import Call
from actions.outcome import Failed
from core.events import Event
from rules.decisions import Decision
from rules.facts import View
from rules.overlays import effective
from rules.pinned import effective_rules
from rules.reading import sets_for
from rules.templates import NotRendered
from rules.texts import Written, written
from state_machines.customers import Customer
from state_machines.domains import Domain


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


def tried(parts: Mapping[str, str], language: str, ref: str) -> Written | str:
    """How subject and text would read for an object, by its newest event and its customer's numbers; or why they cannot."""
    event = Event.objects.filter(subject=ref).order_by("-sequence").first()
    if event is None:
        return f"nothing is known of {ref}; name an object such as invoice:12"
    document = event.as_document()
    customer = Customer.objects.filter(pk=int(event.customer.partition(":")[2] or 0)).first()
    if customer is not None:
        document = _with_contact(document, customer)
    live = sets_for(document)
    view = View(document, effective(live.house, *live.overlays).params)
    try:
        return written({"tried": {language: parts}}, "tried", language, view) or ""
    except NotRendered as problem:
        return str(problem)


def _with_contact(document: dict[str, Any], customer: Customer) -> dict[str, Any]:
    """With the names that the log does not have: of the customer, and of the domain that the event is about."""
    facts = dict(document["facts"])
    names = {"customer": customer.name}
    noun, _colon, key = document["subject"].partition(":")
    if noun == "domain" and (name := Domain.objects.filter(pk=key).values_list("name", flat=True).first()):
        names["domain"] = name
    for whose, name in names.items():
        facts[whose] = {**(facts.get(whose) or {}), "name": name}
    return {**document, "facts": facts}
