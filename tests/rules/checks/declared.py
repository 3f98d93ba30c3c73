"""A small catalog of its own, so that the checks are tested without any app."""

from __future__ import annotations

from typing import Any

from core.catalog import ActionSpec, EventType, Fact, Kind, MachineSpec, Transition
from core.registry import Registry
from rules.calendars import DEFAULT, Calendar, find


class Catalog:
    """Has what rules.checks reads of core.catalog."""

    roles = ("billing", "operator")

    def __init__(self) -> None:
        self.machines: Registry[MachineSpec] = Registry("machine")
        self.event_types: Registry[EventType] = Registry("event type")
        self.actions: Registry[ActionSpec] = Registry("action")
        self.calendars: Registry[Calendar] = Registry("calendar")

    def facts_of(self, noun: str) -> dict[str, Fact]:
        spec = self.machines.get(noun)
        found = {f"{noun}.{fact.name}": fact for fact in spec.facts}
        for name, other in spec.related.items():
            found |= {f"{name}.{fact.name}": fact for fact in self.machines.get(other).facts}
        return found

    def facts_of_event(self, name: str) -> dict[str, Fact] | None:
        kind = self.event_types.find(name)
        if kind is None:
            return None
        return (self.facts_of(kind.noun) if kind.noun else {}) | {fact.name: fact for fact in kind.facts}


def machine(noun: str, states: tuple[str, ...], facts: tuple[Fact, ...], **related: str) -> MachineSpec:
    arguments: dict[str, Any] = {"reason": {"type": "string"}}
    transition = Transition("close", states[:1], states[-1], f"{noun}.closed", "Close", arguments, ("reason",))
    own = (Fact("state", Kind.TEXT, choices=states), *facts)
    return MachineSpec(noun, noun, states, states[0], own, {"close": transition}, related)


def catalog() -> Catalog:
    made = Catalog()
    tags = Fact("tags", Kind.LIST, of=Kind.TEXT)
    made.machines.add("customer", machine("customer", ("new", "gone"), (tags, Fact("vat", Kind.TEXT, optional=True))))
    facts = (
        Fact("total", Kind.MONEY),
        Fact("due_at", Kind.DATE, optional=True),
        Fact("lines", Kind.INTEGER),
        Fact("sent", Kind.BOOLEAN),
        Fact("extra", Kind.ANY),
    )
    made.machines.add("invoice", machine("invoice", ("draft", "issued", "paid"), facts, customer="customer"))
    made.machines.add("server", machine("server", ("up", "down"), (Fact("load", Kind.NUMBER),)))
    for name, noun in (("invoice.paid", "invoice"), ("invoice.issued", "invoice"), ("server.down", "server")):
        made.event_types.add(name, EventType(name, noun=noun))
    made.event_types.add("disk.full", EventType("disk.full", facts=(Fact("disk.used", Kind.NUMBER),)))
    schema = {
        "type": "object",
        "properties": {"template": {"type": "string"}, "copies": {"type": "integer", "minimum": 1}, "amount": {}},
        "required": ["template"],
        "additionalProperties": False,
    }
    made.actions.add("notify.email", ActionSpec("notify.email", "Mail", "Sends mail", schema))
    made.actions.add("server.restart", ActionSpec("server.restart", "Restart", "Restarts", {}, targets=("server",)))
    made.calendars.add(DEFAULT, find(DEFAULT))
    return made
