"""One rule, built from its document: which events it is about, when it is true, and its steps. They are planned elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.said import said
from rules import aggregates
from rules.aggregates import Aggregate
from rules.conditions import All, Condition, Resolved, build_condition, leaves
from rules.document.problem import Misplaced
from rules.facts import View
from rules.kinds import as_moment, order_in_time
from rules.patterns import fits
from rules.sources import Source
from rules.step import Step, build_step
from rules.timing import MOMENT_DUE, Timing, build_timing

DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """WHEN event IF condition. `layer` is 0 for the house and grows towards the customer; `since` is inclusive,
    `until` is the last day where it is a date, and the first moment after where it is a time. `resolved` are its
    comparisons with aggregates, `aggregates` those and the ones in its arguments, `sources` what they and its steps want
    to look at. A rule with a `timing` is about the events of its own moments: its condition says so."""

    key: str
    when: tuple[str, ...]
    condition: Condition | None
    priority: int = DEFAULT_PRIORITY
    layer: int = 0
    group: str | None = None
    locked: bool = False
    since: date | datetime | None = None
    until: date | datetime | None = None
    steps: tuple[Step, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    sources: frozenset[Source] = frozenset()
    timing: Timing | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def order(self) -> tuple[int, int, str]:
        """Rules run by this: priority, layer, key."""
        return self.priority, self.layer, self.key

    def fits(self, event_type: Any) -> bool:
        return type(event_type) is str and any(fits(when, event_type) for when in self.when)

    def in_force(self, event: Mapping[str, Any]) -> bool:
        """Whether the event's time lies in the rule's own from and until; false where that cannot be told."""
        at = event.get("at")
        if self.since is not None and order_in_time(at, self.since) not in (0, 1):
            return False
        if self.until is None:
            return True
        last = (-1,) if isinstance(self.until, datetime) else (-1, 0)
        return order_in_time(at, self.until) in last

    def evaluate(self, view: View) -> bool | None:
        """The condition's verdict; a rule without one is true."""
        return True if self.condition is None else self.condition.evaluate(view)


def build_rule(data: Mapping[str, Any], layer: int = 0) -> Rule:
    """The rule that the checked document `data` writes. Raises Misplaced, with a pointer within the rule."""
    when = data["when"]
    timing = build_timing(when) if isinstance(when, Mapping) else None
    condition = build_condition(data["if"], "/if") if "if" in data else None
    if timing:
        mine = build_condition({"fact": "moment.rule", "op": "eq", "value": data["key"]}, "/when")
        condition = All((mine, *([condition] if condition else [])))
    steps = tuple(build_step(step, f"/then/{place}") for place, step in enumerate(data.get("then", ())))
    resolved = tuple(_resolved(condition, steps))
    found = _aggregates(resolved, steps)
    relations = {step.each for step in steps if step.each is not None}
    return Rule(
        key=data["key"],
        when=(MOMENT_DUE,) if timing else tuple(when) if isinstance(when, list) else (when,),
        condition=condition,
        priority=data.get("priority", DEFAULT_PRIORITY),
        layer=layer,
        group=data.get("group"),
        locked=data.get("locked", False),
        since=_bound(data, "from"),
        until=_bound(data, "until"),
        steps=steps,
        resolved=resolved,
        aggregates=found,
        sources=frozenset({*(aggregate.source for aggregate in found), *relations}),
        timing=timing,
        document=data,
    )


def _resolved(condition: Condition | None, steps: tuple[Step, ...]) -> Iterator[Resolved]:
    """Comparisons with aggregates, in the rule's own condition and in those of its steps."""
    for written in (condition, *(own for step in steps for own in step.conditions)):
        yield from (leaf for leaf in leaves(written) if isinstance(leaf, Resolved))


def _aggregates(resolved: tuple[Resolved, ...], steps: tuple[Step, ...]) -> tuple[Aggregate, ...]:
    compared = (value for leaf in resolved if leaf.asked for value in leaf.asked.aggregates)
    given = (value for step in steps for one in (step, *step.then) for value in one.aggregates)
    return tuple(aggregates.build(value) for value in (*compared, *given))


def _bound(data: Mapping[str, Any], key: str) -> date | datetime | None:
    if key not in data:
        return None
    moment = as_moment(data[key])
    if moment is None:
        raise Misplaced(f"/{key}", said('"{data}" is no date or time; write one as in 2026-03-01', data=data[key]))
    return moment
