"""The moments of a stretch of history, derived from what the log says of each object; those that the clock recorded tell
nothing, for they are the moments of the rules that were live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import as_of, log_lines
from core.events import Event
from rules.calendars import standard
from rules.deriving import INSTANT, derived, event_of
from rules.facts import View
from rules.observing import Looked, lookups_of, resolved
from rules.rule import Rule
from rules.rule_sets import HOUSE
from rules.simulation.backtests import Backtest
from rules.simulation.comparing import Comparison, Timed
from rules.simulation.others import Others
from rules.simulation.sides import NAMES, Name, Side
from rules.simulation.versions import Versions
from rules.sources import instant

OBJECTS, WINDOW = 200, 20_000
Events = Sequence[Mapping[str, Any]]


class Moments:
    """The moments of both sides of a backtest, object by object."""

    def __init__(self, mine: Backtest, versions: Versions) -> None:
        self._mine, self._versions = mine, versions
        self._span = mine.since - INSTANT, mine.until - INSTANT  # a stretch begins with its first instant

    def compare(self, comparison: Comparison) -> Iterator[None]:
        """Hold them against each other. Stops after each group of objects, so that it can be told how far it came."""
        for noun in self._nouns():
            for subjects in self._subjects(noun):
                for found in self.of(noun, subjects):
                    self._hold(comparison, found)
                yield

    def of(self, noun: str, subjects: Sequence[str]) -> Iterator[dict[Name, list[Timed]]]:
        """Those of each of these objects; of the noun "" those of no object."""
        if not noun:
            nothing = [{"subject": HOUSE, "customer": self._mine.customer, "facts": {}}]
            yield self._of(noun, nothing, Others([], 0))
            return
        found = log_lines.documents(subjects, self._mine.end).values()
        others = Others((event for events in found for event in events), self._mine.end)
        for events in found:
            yield self._of(noun, events, others)

    def _of(self, noun: str, known: Events, others: Others) -> dict[Name, list[Timed]]:
        """Those of the object with these events, by the rules that decide each."""
        whose = {str(event.get("customer") or "") for event in known} if self._versions.by_segment else set()
        were = [{**known[0], "customer": one, "facts": {"customer": own}} for one in whose for own in others.of(one)]
        places = {place for event in (*known, *were) for place in self._versions.places(event)}
        found: dict[Name, list[Timed]] = {name: [] for name in NAMES}
        for place in sorted(places):
            sides = self._versions.asking(place).sides
            for name in NAMES:
                side = sides.side(name)
                for rule in side.timed:
                    if rule.timing and rule.timing.noun == noun:
                        made = map(others.at, self._derived(rule, side, known))
                        found[name] += [
                            self._timed(rule, side, event) for event in made if self._versions.place(event) == place
                        ]
        return found

    def _derived(self, rule: Rule, side: Side, known: Events) -> Iterator[dict[str, Any]]:
        timing, (after, to), calendar = rule.timing, self._span, standard()
        if timing is None or timing.noun:
            yield from derived(rule, known, after, to, side.params, calendar)
        else:
            for moment in timing.moments([], after, to, side.params, calendar):
                yield event_of(moment, rule.key, known[-1])

    def _timed(self, rule: Rule, side: Side, event: dict[str, Any]) -> Timed:
        """The moment with what the rule's relations and aggregates saw at it."""
        if not rule.sources and "once" not in rule.document:
            return Timed(rule, side, event, 0)
        position = at_moment(event, self._mine.end)
        looked = Looked(position, as_of.look_up(lookups_of([rule], event, position)))
        return Timed(rule, side, resolved(event, [rule], side.params, looked), position)

    def _hold(self, comparison: Comparison, found: Mapping[Name, list[Timed]]) -> None:
        comparison.tally.moments += max(map(len, found.values()))
        if any(found.values()):
            comparison.moments({name: [(one, _is_true(one)) for one in timed] for name, timed in found.items()})

    def _nouns(self) -> list[str]:
        timed = (rule for sides in self._versions.every for rule in sides.rules if rule.timing)
        return sorted({rule.timing.noun for rule in timed if rule.timing})

    def _subjects(self, noun: str) -> Iterator[list[str]]:
        """The objects of a noun, some at a time; of none, once nothing."""
        if not noun:
            yield []
            return
        after = (Event.objects.order_by("pk").values_list("pk", flat=True).first() or 1) - 1
        while after < self._mine.end:
            to = min(after + WINDOW, self._mine.end)
            subjects = log_lines.begun(noun, after, to, self._mine.customer)
            yield from (subjects[start : start + OBJECTS] for start in range(0, len(subjects), OBJECTS))
            after = to


def at_moment(event: Mapping[str, Any], end: int) -> int:
    """The last position of the log, up to `end`, by the instant of a moment."""
    known = Event.objects.filter(pk__lte=end, at__lte=instant(event["at"])).order_by("-pk")
    return known.values_list("pk", flat=True).first() or 0


def _is_true(one: Timed) -> bool:
    return one.rule.in_force(one.event) and one.rule.evaluate(View(one.event, one.side.params)) is True
