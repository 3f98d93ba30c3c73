"""Holding a row to its log: what the events say, one after the other, is what the row is."""

from __future__ import annotations

from typing import Any

from core import facts
from core.events import Event
from core.machine import Machine


def events_of(row: Machine) -> list[Event]:
    """Every event of the row, oldest first."""
    return list(Event.objects.filter(subject=row.ref).order_by("sequence"))


def rebuilt(row: Machine) -> dict[str, Any]:
    """State, sequence and own facts of the row as its events alone tell them.

    Raises AssertionError where the log has a gap, where an event begins in another state than the one before it ended in,
    or where a fact changed without its event saying what it was.
    """
    noun, state = row.machine.noun, row.spec.initial
    told: dict[str, Any] = {}
    events = events_of(row)
    assert [event.sequence for event in events] == list(range(len(events))), f"the log of {row.ref} has a gap"
    for event in events:
        now, was = dict(event.facts[noun]), dict(event.was)
        if event.sequence:
            assert not event.source or event.source == state, f"{event.type} of {row.ref} does not begin in {state}"
            silent = {
                name: (told.get(name), now.get(name))
                for name in told.keys() | now.keys()
                if told.get(name) != now.get(name) and was.get(f"{noun}.{name}", ...) != told.get(name)
            }
            assert not silent, f"{event.type} of {row.ref} does not say what changed: {silent}"
        told, state = now, event.target
    return {"state": state, "sequence": len(events) - 1, "facts": told}


def as_stored(row: Machine) -> dict[str, Any]:
    """The same of the row as the database has it."""
    stored = type(row).objects.get(pk=row.pk)
    own = facts.freeze(stored, stored.shape.getters)
    return {"state": stored.state, "sequence": stored.sequence, "facts": own}
