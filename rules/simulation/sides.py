"""Two sides of a comparison, live and draft: for one customer the rules that may come out otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from rules.conditions import All, Condition
from rules.overlays import Effective
from rules.patterns import is_pattern
from rules.reach import UNIMPORTANT, uses
from rules.rule import Rule

Name = Literal["live", "draft"]
NAMES: tuple[Name, Name] = ("live", "draft")


@dataclass(frozen=True)
class Side:
    """The rules that are compared, in running order, muted ones left out, and the parameters."""

    rules: tuple[Rule, ...]
    params: Mapping[str, Any]

    @cached_property
    def by_key(self) -> dict[str, Rule]:
        return {rule.key: rule for rule in self.rules}

    @cached_property
    def on_events(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.timing is None)

    @cached_property
    def observing(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.on_events if rule.sources)

    @cached_property
    def timed(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.timing is not None)


@dataclass(frozen=True)
class Sides:
    """`same_plans` are the keys of the rules that ask for the same on both sides wherever both are true; `alike` is the
    number of rules that cannot come out otherwise."""

    live: Side
    draft: Side
    same_plans: frozenset[str]
    alike: int

    def side(self, name: Name) -> Side:
        return self.live if name == "live" else self.draft

    @property
    def rules(self) -> Iterable[Rule]:
        return (*self.live.rules, *self.draft.rules)

    @cached_property
    def plain(self) -> frozenset[str]:
        """The keys of the rules of which, where they are true on both sides, nothing but that counts."""
        bound = {rule.key for rule in self.rules if rule.group is not None or "once" in rule.document}
        return self.same_plans - bound

    @cached_property
    def types(self) -> frozenset[str] | None:
        """The event types that the rules on events are for; None where a pattern is for any."""
        whens = {when for rule in self.rules if rule.timing is None for when in rule.when}
        return None if any(map(is_pattern, whens)) else frozenset(whens)


def compare(live: Effective, draft: Effective) -> Sides:
    """What is to be compared: rules that are otherwise, that use a parameter of another value, or stand in a group with
    such a rule. All others come out the same of every event."""
    before, after = ({rule.key: rule for rule in side.rules} for side in (live, draft))
    keys = set(before.keys() ^ after.keys())
    both = before.keys() & after.keys()
    params = {name for name in {*live.params, *draft.params} if live.params.get(name) != draft.params.get(name)}
    keys |= {key for key in both if _said(before[key]) != _said(after[key]) or before[key].order != after[key].order}
    using = {key for key in both if params and uses(after[key].document, params)}
    keys |= using
    while groups := {rule.group for side in (before, after) for key, rule in side.items() if key in keys} - {None}:
        more = {key for side in (before, after) for key, rule in side.items() if rule.group in groups} - keys
        if not more:
            break
        keys |= more
    sides = [Side(tuple(rule for rule in side.rules if rule.key in keys), dict(side.params)) for side in (live, draft)]
    plans = {key for key in both & keys - using if before[key].document.get("then") == after[key].document.get("then")}
    alike = len((before.keys() | after.keys()) - keys)
    return Sides(sides[0], sides[1], frozenset(plans), alike)


def waterfall(rule: Rule) -> tuple[Condition, ...]:
    """The conditions of which all must be true, one after the other; for a rule of time without that it is its moment."""
    condition = rule.condition
    items = condition.items if isinstance(condition, All) else (condition,) if condition is not None else ()
    return items[1:] if rule.timing is not None else items


def _said(rule: Rule) -> dict[str, Any]:
    return {name: value for name, value in rule.document.items() if name not in UNIMPORTANT}
