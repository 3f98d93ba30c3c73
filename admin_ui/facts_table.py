"""An event's facts as rows of a table, with what each was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import catalog
from core.events import Event

_MONEY = {"minor", "currency"}


@dataclass(frozen=True)
class FactRow:
    """One fact: its path, its title where it is declared, its value, and the former value where it changed."""

    path: str
    title: str
    value: Any
    changed: bool
    was: Any


def table_of(event: Event) -> list[FactRow]:
    """Every fact of the event; what changed stands first."""
    declared = catalog.facts_of_event(event.type) or {}
    values = dict(paths("", event.facts))
    for path in event.was:
        values.setdefault(path, None)
    rows = [
        FactRow(
            path, str(declared[path].title) if path in declared else "", value, path in event.was, event.was.get(path)
        )
        for path, value in values.items()
    ]
    return sorted(rows, key=lambda row: (not row.changed, row.path))


def changes_of(event: Event) -> list[FactRow]:
    """What the event changed besides the state."""
    return [row for row in table_of(event) if row.changed and row.path != f"{event.noun}.state"]


def paths(before: str, value: Any) -> list[tuple[str, Any]]:
    """Each fact below `before` by its path; money is one fact."""
    if isinstance(value, dict) and value and value.keys() != _MONEY:
        return [found for key, item in value.items() for found in paths(f"{before}.{key}" if before else key, item)]
    return [(before, value)]
