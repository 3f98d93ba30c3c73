"""From a rule and an event to what its relations and aggregates see, and to the facts that matchers see of that. Pure:
whoever knows the past answers the questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.lookups import Lookup, Rows
from rules.aggregates import zero_of_any_currency
from rules.conditions import Asked, Resolved
from rules.facts import View
from rules.intervals import Interval, compare
from rules.kinds import order
from rules.observed import OBSERVED, Observed
from rules.rule import Rule
from rules.sources import Relation, Source
from rules.values import ListValue, Literal, Value

Params = Mapping[str, Any]


class History(Protocol):
    """Whoever can say what the rules' relations and aggregates see at an event."""

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed: ...


@dataclass(frozen=True)
class Looked:
    """What the log said as of the event at `position`."""

    position: int = 0
    found: Mapping[Lookup, Rows] = field(default_factory=dict)

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed:
        return measured(event, rules, params, {s: self._rows(s, event) for s in sources_of(rules, event)})

    def _rows(self, source: Source, event: Mapping[str, Any]) -> Rows | None:
        lookup = source.lookup(event, self.position)
        return None if lookup is None else self.found.get(lookup)


@dataclass(frozen=True)
class Stored:
    """What a decision has stored."""

    observed: Observed

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed:
        return self.observed


UNSEEN = Looked()


def sources_of(rules: Iterable[Rule], event: Mapping[str, Any]) -> set[Source]:
    """What the rules that fit an event want to look at."""
    return {source for rule in rules if rule.sources and rule.fits(event.get("type")) for source in rule.sources}


def lookups_of(rules: Iterable[Rule], event: Mapping[str, Any], position: int) -> Iterator[Lookup]:
    """The questions of these rules to the log, as of `event` at `position`."""
    for source in sources_of(rules, event):
        if (lookup := source.lookup(event, position)) is not None:
            yield lookup


def measured(
    event: Mapping[str, Any], rules: Sequence[Rule], params: Params, rows: Mapping[Source, Rows | None]
) -> Observed:
    """What the aggregates of the rules that fit come to over `rows`."""
    view = View(event, params)
    seen: dict[str, dict[str, Any]] = {}
    for rule in rules:
        if rule.fits(event.get("type")):
            for aggregate in rule.aggregates:
                if aggregate.name not in seen:
                    seen[aggregate.name] = aggregate.measure(rows.get(aggregate.source), view)
    relations = {
        source.text: found for source, found in rows.items() if isinstance(source, Relation) and found is not None
    }
    return Observed(seen, relations)


def resolved(event: Mapping[str, Any], rules: Sequence[Rule], params: Params, history: History) -> Mapping[str, Any]:
    """`event` with what was observed, and with a fact `observed.<name>` for each comparison with an aggregate that is
    known to be true or false. `rules` are those that have any; where there are none, the event itself."""
    if not rules:
        return event
    observed = history.observe(event, rules, params)
    facts = event.get("facts")
    made = {**event, "observed": observed}
    verdicts = {
        leaf.name.rpartition(".")[2]: verdict
        for rule in rules
        if rule.fits(event.get("type"))
        for leaf in rule.resolved
        if (verdict := verdict_of(leaf, made, params)) is not None
    }
    return {**made, "facts": {**(facts if isinstance(facts, Mapping) else {}), OBSERVED: verdicts}}


def stored(event: Mapping[str, Any], acting: Iterable[Rule]) -> dict[str, Any]:
    """What was observed for a resolved `event`, as JSON data for its decision: {"seen": {name: …}, "rows": {relation:
    {"positions": […], "more": bool}}}, the rows of the rules that act, by the log positions of their events."""
    observed = event.get("observed")
    if not isinstance(observed, Observed):
        return {}
    relations = {step.each.text for rule in acting for step in rule.steps if step.each}
    rows = {text: found for text, found in observed.rows.items() if text in relations}
    found = {
        "seen": dict(observed.seen),
        "rows": {
            text: {"positions": [row.position for row in one.rows], "more": one.more} for text, one in rows.items()
        },
    }
    return {key: value for key, value in found.items() if value}


def verdict_of(leaf: Resolved, event: Mapping[str, Any], params: Params) -> bool | None:
    """Whether the comparison is true, by what was observed."""
    if leaf.asked is None:
        return None
    left, right = ends(leaf.asked, event, params)
    return compare(leaf.asked.operator, left, right)


def ends(asked: Asked, event: Mapping[str, Any], params: Params) -> tuple[Interval, Interval | list[Interval]]:
    """Between what the left and the right side of a comparison lie; a list where the right side is one."""
    low, high = View(event, params, side="low"), View(event, params, side="high")
    if asked.operator.takes not in ("list", "pair"):
        return _interval(asked.left, low, high), _interval(asked.right, low, high)
    members: Any = asked.right.items if isinstance(asked.right, ListValue) else asked.right.resolve(low)
    items = [item if isinstance(asked.right, ListValue) else Literal(item) for item in members or ()]
    return _interval(asked.left, low, high), [_interval(item, low, high) for item in items]


def _interval(value: Value, low: View, high: View) -> Interval:
    found = value.resolve(low), value.resolve(high)
    if order(*found) == 1:  # a negative share turns the ends round
        found = found[1], found[0]
    return Interval(*found, zero=zero_of_any_currency(value, *found))
