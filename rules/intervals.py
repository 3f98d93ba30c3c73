"""Comparing what is only known to lie between two ends: true or false where that holds of everything between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rules.kinds import kind_of, order, order_in_time
from rules.operators import Operator, all_of, any_of, negated

Order = Callable[[Any, Any], int | None]
COMPARABLE = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "not_in", "before", "after")


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both within; None for an end that is open or unknown. `zero` marks the sum of nothing, which
    is zero in every currency."""

    low: Any
    high: Any
    zero: bool = False


def compare(operator: Operator, left: Interval, right: Interval | list[Interval]) -> bool | None:
    """The verdict of a comparison. `right` is a list where the operator takes one. Unknown for other operators than
    COMPARABLE."""
    if isinstance(right, list):
        if operator.name == "between":
            return all_of((_at_least(left, right[0]), _at_least(right[1], left))) if len(right) == 2 else None
        found = any_of(_same(left, item) for item in right)
        return {"in": found, "not_in": negated(found)}.get(operator.name)
    match operator.name:
        case "gte":
            return _at_least(left, right)
        case "lt":
            return negated(_at_least(left, right))
        case "lte":
            return _at_least(right, left)
        case "gt":
            return negated(_at_least(right, left))
        case "eq":
            return _same(left, right)
        case "ne":
            return negated(_same(left, right))
        case "before":
            return negated(_at_least(left, right, order_in_time))
        case "after":
            return negated(_at_least(right, left, order_in_time))
    return None


def _same(left: Interval, right: Interval) -> bool | None:
    return all_of((_at_least(left, right), _at_least(right, left)))


def _at_least(left: Interval, right: Interval, order: Order = order) -> bool | None:
    """Whether everything in `left` is at least everything in `right`."""
    left, right = _in_currency(left, right), _in_currency(right, left)
    if order(left.low, right.high) in (0, 1):
        return True
    return False if order(left.high, right.low) == -1 else None


def _in_currency(one: Interval, other: Interval) -> Interval:
    money = next((end for end in (other.low, other.high) if kind_of(end) == "money"), None)
    if not one.zero or money is None:
        return one
    zero = {"minor": 0, "currency": money["currency"]}
    return Interval(zero, zero)
