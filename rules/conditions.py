"""Conditions as frozen trees, built from checked documents, with three values: true, false and unknown (None)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.said import said
from rules.document.problem import Misplaced, join
from rules.facts import FactPath, View
from rules.kinds import as_moment
from rules.observed import OBSERVED
from rules.operators import CHANGED, Operator, all_of, any_of, negated, operators
from rules.regex import compiled
from rules.values import (
    AggregateValue,
    FactValue,
    Literal,
    ParamValue,
    Value,
    aggregate_kind,
    aggregates_in,
    build_aggregate,
    build_param,
    build_value,
    name_of,
)


@dataclass(frozen=True, slots=True)
class ItemTest:
    """What any_item and all_items ask of each member."""

    operator: Operator
    wanted: Value

    def resolve(self, view: View) -> Any:
        return self.operator, self.wanted.resolve(view)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Fact (or parameter), operator, value. `pointer` is its place in the rule."""

    seen: FactValue | ParamValue
    operator: Operator
    wanted: Value
    pointer: str = ""

    @property
    def name(self) -> str:
        """The path of the fact, or the parameter's name."""
        return self.seen.path.text if isinstance(self.seen, FactValue) else self.seen.name

    def look(self, view: View) -> Any:
        """The value on the left, None where it is not set; for `changed` whether it changed."""
        if self.operator.name == CHANGED and isinstance(self.seen, FactValue):
            return view.changed(self.seen.path)
        return self.seen.resolve(view)

    def evaluate(self, view: View) -> bool | None:
        return self.verdict(self.look(view), self.wanted.resolve(view))

    def verdict(self, seen: Any, wanted: Any) -> bool | None:
        """What the comparison says of what it saw and what that is compared with."""
        if (seen is None or (wanted is None and self.operator.takes != "nothing")) and not self.operator.always_known:
            return None
        return self.operator.test(seen, wanted)


@dataclass(frozen=True, slots=True)
class Asked:
    """A comparison as it was written, with an aggregate on the left, on the right, or on both sides."""

    left: AggregateValue | FactValue | ParamValue
    operator: Operator
    right: Value | ItemTest

    @property
    def aggregates(self) -> list[AggregateValue]:
        return [*aggregates_in(self.left), *aggregates_in(self.right)]


@dataclass(frozen=True, slots=True)
class Resolved(Comparison):
    """A comparison with an aggregate. It is resolved before matching, so that matchers see the fact `observed.<name>`,
    which is true, false, or not set where that is unknown."""

    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class All:
    items: tuple[Condition, ...]
    pointer: str = ""

    def evaluate(self, view: View) -> bool | None:
        return all_of(item.evaluate(view) for item in self.items)


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[Condition, ...]
    pointer: str = ""

    def evaluate(self, view: View) -> bool | None:
        return any_of(item.evaluate(view) for item in self.items)


@dataclass(frozen=True, slots=True)
class Not:
    item: Condition
    pointer: str = ""

    def evaluate(self, view: View) -> bool | None:
        return negated(self.item.evaluate(view))


Condition = Comparison | All | AnyOf | Not


def build_condition(data: Mapping[str, Any], pointer: str = "") -> Condition:
    """The condition that the checked document `data` writes. Raises Misplaced where its values cannot be used."""
    if "not" in data:
        return Not(build_condition(data["not"], join(pointer, "not")), pointer)
    for key, sort in (("all", All), ("any", AnyOf)):
        if key in data:
            items = enumerate(data[key])
            return sort(tuple(build_condition(item, join(pointer, key, place)) for place, item in items), pointer)
    operator = operators.get(data["op"])
    wanted = build_wanted(operator, data.get("value"), join(pointer, "value"))
    seen = _left(data, pointer)
    if isinstance(seen, AggregateValue) or any(aggregates_in(wanted)):
        fact = FactValue(FactPath.parse(f"{OBSERVED}.{name_of(data)}"))
        return Resolved(fact, operators.get("eq"), Literal(value=True), pointer, Asked(seen, operator, wanted))
    return Comparison(seen, operator, wanted, pointer)


def _left(data: Mapping[str, Any], pointer: str) -> AggregateValue | FactValue | ParamValue:
    if kind := aggregate_kind(data):
        return build_aggregate(data, kind, pointer)
    return FactValue(FactPath.parse(data["fact"])) if "fact" in data else build_param(data, pointer)


def leaves(condition: Condition | None) -> Iterator[Comparison]:
    """The comparisons of a condition, in the order written."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.item)
    elif condition is not None:
        for item in condition.items:
            yield from leaves(item)


def build_wanted(operator: Operator, data: Any, pointer: str) -> Value | ItemTest:
    """What stands on the right of `operator`. Raises Misplaced for a bad pattern, date or amount."""
    if operator.takes == "item":
        inner = operators.get(data["op"])
        return ItemTest(inner, build_wanted(inner, data["value"], join(pointer, "value")))
    wanted = build_value(data, pointer)
    if not isinstance(wanted, Literal):
        return wanted
    if operator.takes == "moment" and as_moment(wanted.value) is None:
        raise Misplaced(
            pointer, said("this is no date or time; write one as in 2026-03-01 or 2026-03-01T10:00:00+00:00")
        )
    if operator.takes == "pattern":
        try:
            compiled(wanted.value)
        except ValueError as error:
            raise Misplaced(
                pointer, said("the pattern cannot be used: {why}; correct it (RE2 syntax)", why=error.args[0])
            ) from None
    return wanted
