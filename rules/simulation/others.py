"""What the log says of the objects that another one names in its facts, by an instant: a moment sees these as they were then,
and not as they were when something last happened to its own object."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from core import log_lines
from core.lookups import own_facts
from rules.sources import instant
from rules.timing import MOMENT_DUE

AT_ONCE = 400  # objects of one statement


class Others:
    """What is known up to a position of the log of the objects that these events name."""

    def __init__(self, events: Iterable[Mapping[str, Any]], end: int) -> None:
        refs = sorted({ref for event in events for _name, ref in _named(event)})
        self._known: dict[str, list[tuple[datetime, Mapping[str, Any]]]] = {}
        for start in range(0, len(refs), AT_ONCE):
            for ref, found in log_lines.documents(refs[start : start + AT_ONCE], end).items():
                told = (
                    (instant(one["at"]), own_facts(ref, one["facts"])) for one in found if one["type"] != MOMENT_DUE
                )
                self._known[ref] = sorted(((at, own) for at, own in told if at and own), key=lambda one: one[0])

    def at(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event of a moment with what was known of them by then."""
        at = instant(event["at"])
        facts = {name: own for name, ref in _named(event) if at and (own := self._by(ref, at))}
        return {**event, "facts": event["facts"] | facts} if facts else event

    def of(self, ref: str) -> list[Mapping[str, Any]]:
        """Everything that was ever known of one of them."""
        return [own for _at, own in self._known.get(ref, ())]

    def _by(self, ref: str, at: datetime) -> Mapping[str, Any] | None:
        known = self._known.get(ref, [])
        place = bisect_right(known, at, key=lambda one: one[0])
        return known[place - 1][1] if place else None


def _named(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The objects that stand in the facts of an event, beside its own, each with the name of its facts."""
    for name, part in event.get("facts", {}).items():
        ref = part.get("ref") if isinstance(part, Mapping) else None
        if isinstance(ref, str) and ":" in ref and ref != event.get("subject"):
            yield name, ref
