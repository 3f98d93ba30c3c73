"""Rows and events as one actor may see them."""

from __future__ import annotations

from typing import Any

from core import catalog, facts, permission
from core.acting import Actor
from core.events import Event
from core.machine import Machine
from state_machines import fields


def row_shown(row: Machine, actor: Actor) -> dict[str, Any]:
    """What lists show of a row."""
    noun = row.machine.noun
    return {
        "ref": row.ref,
        "noun": noun,
        "id": row.pk,
        "state": row.state,
        "sequence": row.sequence,
        "facts": _without(facts.freeze(row, row.shape.getters), permission.hidden(actor, noun)),
    }


def row_in_full(row: Machine, actor: Actor) -> dict[str, Any]:
    """The same with every column that the actor may see."""
    return row_shown(row, actor) | {"fields": _without(fields.values(row), permission.hidden(actor, row.machine.noun))}


def facts_shown(event: Event, actor: Actor) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts of an event, and what those that changed were by path, without what is not for the actor."""
    if actor.customers is None:
        return event.facts, event.was
    nouns = _nouns(event.subject.partition(":")[0])
    unseen = {name: permission.hidden(actor, noun) for name, noun in nouns.items()}
    seen = {
        name: _without(value, unseen.get(name, frozenset())) if isinstance(value, dict) else value
        for name, value in event.facts.items()
    }
    return seen, {path: value for path, value in event.was.items() if not _is_hidden(path, unseen)}


def _nouns(noun: str) -> dict[str, str]:
    spec = catalog.machines.find(noun)
    return {noun: noun, **(spec.related if spec else {})}


def _is_hidden(path: str, unseen: dict[str, frozenset[str]]) -> bool:
    noun, _dot, name = path.partition(".")
    return name in unseen.get(noun, frozenset())


def _without(values: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in hidden} if hidden else values
