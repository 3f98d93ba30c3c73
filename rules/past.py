"""The past of a history file, as rules look at it: the events up to the present one, in the order of the file."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.lookups import MAX_EVENTS, Happened, Row, Rows, event_facts
from core.said import said
from rules.document.problem import BadRules, Problem
from rules.observed import Observed
from rules.observing import Params, measured, sources_of
from rules.rule import Rule
from rules.sources import Relation, Source, instant

Place = tuple[str, str, str]  # event type, as what it is known (subject, customer, a name), reference
_Happened = tuple[datetime, int]  # when, and as which event of the file


class Past:
    """Keeps the events that `rules` count. Raises BadRules where they look at relations, whose links no file has."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        sources: set[Source] = set()
        problems: dict[str, Problem] = {}
        for rule in rules:
            sources |= rule.sources
            for source in rule.sources:
                if isinstance(source, Relation):
                    says = said("it looks at {text}, and a history file has no links between objects", text=source.text)
                    advice = said("take the rule out of this file, or try it on the server, which knows them")
                    problems[rule.key] = Problem(
                        "error", rule.key, "", said("{says}; {advice}", says=says, advice=advice)
                    )
        if problems:
            raise BadRules(problems.values())
        self._counted = {name for source in sources for name in (source.type, source.since)}  # type: ignore[union-attr]
        self._position = 0
        self._by_time: dict[Place, list[_Happened]] = {}
        self._rows: dict[int, tuple[Row, str]] = {}

    def add(self, event: Mapping[str, Any]) -> None:
        """The next event of the file. It is the present one, and part of the past already."""
        self._position += 1
        if event.get("type") not in self._counted:
            return
        at = instant(event.get("at"))
        if at is None:
            return
        facts = event.get("facts")
        facts = facts if isinstance(facts, Mapping) else {}
        subject = str(event.get("subject") or "")
        row = Row(self._position, subject, event_facts(subject, facts))
        self._rows[self._position] = row, str(event.get("customer") or "")
        for place in _places(event, facts):
            insort(self._by_time.setdefault(place, []), (at, self._position))

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed:
        rows = {source: self._look(source, event) for source in sources_of(rules, event)}
        return measured(event, rules, params, rows)

    def _look(self, source: Source, event: Mapping[str, Any]) -> Rows | None:
        asked = source.lookup(event, self._position)
        if not isinstance(asked, Happened):
            return None
        floor = max(self._of(asked, asked.since), default=0) if asked.since else 0
        if asked.bare:
            return Rows(bare=sum(place > floor for place in self._of(asked, asked.type, asked.after, asked.until)))
        found = sorted(place for place in self._of(asked, asked.type, asked.after, asked.until) if place > floor)
        return Rows(tuple(self._rows[place][0] for place in found[-MAX_EVENTS:]), len(found) > MAX_EVENTS)

    def _of(
        self, asked: Happened, kind: str, after: datetime | None = None, until: datetime | None = None
    ) -> Iterator[int]:
        """Places in the file of the events of one type that are of what is asked about."""
        named = asked.of not in ("subject", "customer")
        seen: set[int] = set()
        for known_as in ("subject", asked.of) if named else (asked.of,):
            times = self._by_time.get((kind, known_as, asked.ref), [])
            first = bisect_right(times, (after, self._position)) if after else 0
            last = bisect_right(times, (until, self._position)) if until else len(times)
            for _at, place in times[first:last]:
                if place not in seen and (not named or self._rows[place][1] == asked.customer):
                    seen.add(place)
                    yield place


def _places(event: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Place]:
    kind, subject, customer = str(event["type"]), str(event.get("subject") or ""), str(event.get("customer") or "")
    yield kind, "subject", subject
    if customer:
        yield kind, "customer", customer
    for name, related in facts.items():
        ref = related.get("ref") if isinstance(related, Mapping) else None
        if isinstance(ref, str) and name not in ("subject", "customer") and ref != subject:
            yield kind, name, ref
