"""Aggregates: count, sum, min and max of rows. A row whose `if` is unknown makes what comes out an interval."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.lookups import Rows
from core.said import said
from rules.conditions import Condition, Resolved, build_condition, leaves
from rules.document.problem import Misplaced, join
from rules.facts import FactPath, View
from rules.kinds import kind_of, order
from rules.sources import Source, build_source
from rules.values import AggregateValue, as_written

ITEM = "item"
ADDED, ORDERED = ("number", "money"), ("number", "money", "text")
TAKEN = {"count": (), "sum": ADDED, "min": ORDERED, "max": ORDERED}  # the kinds of facts that each may take


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`kind` is count, sum, min or max; `take` the fact of a row that is added up or compared."""

    name: str
    kind: str
    source: Source
    take: FactPath | None = None
    condition: Condition | None = None
    pointer: str = ""

    @property
    def says(self) -> str:
        """What it is, in words: the count of customer.invoices."""
        of = f"{self.take.text.removeprefix(ITEM + '.')} of " if self.take else ""
        return f"the {self.kind} of {of}{self.source.text}"

    def measure(self, rows: Rows | None, view: View) -> dict[str, Any]:
        """What it comes to over `rows`, as Observed.seen has it; None where there is nothing to ask."""
        if rows is None:
            return {"rows": 0, "true": 0, "unknown": 0, "low": None, "high": None}
        true: list[Any] = []
        unknown: list[Any] = []
        if self.condition is None and self.take is None:
            true = [1] * len(rows)
        for row in rows.rows if self.condition or self.take else ():
            inside = View(view.event, view.params, item=row.facts)
            verdict = True if self.condition is None else self.condition.evaluate(inside)
            if verdict is not False:
                (true if verdict else unknown).append(inside.read(self.take) if self.take else 1)
        low, high = _ENDS[self.kind](true, unknown, rows.more)
        seen = {"rows": len(rows), "true": len(true), "unknown": len(unknown), "low": low, "high": high}
        return seen | ({"more": True} if rows.more else {})


def build(value: AggregateValue) -> Aggregate:
    """The aggregate that a value of a rule writes. Raises Misplaced, with a pointer within the rule."""
    data, pointer = value.document, value.pointer
    source = build_source(data, value.kind, pointer)
    if (value.kind == "count") == ("take" in data):
        says = (
            said("a count takes nothing; take it out") if value.kind == "count" else said("add take: the fact of a row")
        )
        raise Misplaced(join(pointer, "take") if "take" in data else pointer, says)
    take = FactPath.parse(data["take"]) if "take" in data else None
    if take is not None and (take.parts[0] != ITEM or len(take.parts) < 2 or take.suffix):
        raise Misplaced(
            join(pointer, "take"), said('"{text}" is no fact of a row; write one as in item.total', text=take.text)
        )
    condition = build_condition(data["if"], join(pointer, "if")) if "if" in data else None
    inner = next((leaf for leaf in leaves(condition) if isinstance(leaf, Resolved)), None)
    if inner is not None:
        raise Misplaced(inner.pointer, said("an aggregate cannot stand inside another; write a comparison with facts"))
    return Aggregate(value.name, value.kind, source, take, condition, pointer)


def _count(true: list[Any], unknown: list[Any], more: bool) -> tuple[Any, Any]:
    return len(true), None if more else len(true) + len(unknown)


def _sum(true: list[Any], unknown: list[Any], more: bool) -> tuple[Any, Any]:
    found = [*true, *unknown]
    kind, currency = _common(found)
    if more or (found and kind not in ADDED):
        return None, None
    fixed, open_ = [_exact(value) for value in true], [_exact(value) for value in unknown]
    low = sum(fixed, Fraction(0)) + sum((part for part in open_ if part < 0), Fraction(0))
    high = sum(fixed, Fraction(0)) + sum((part for part in open_ if part > 0), Fraction(0))
    return _plain(low, currency), _plain(high, currency)


def _min(true: list[Any], unknown: list[Any], more: bool) -> tuple[Any, Any]:
    return _extreme(true, unknown, more, -1)


def _max(true: list[Any], unknown: list[Any], more: bool) -> tuple[Any, Any]:
    low, high = _extreme(true, unknown, more, 1)
    return high, low


def _extreme(true: list[Any], unknown: list[Any], more: bool, sign: int) -> tuple[Any, Any]:
    """The utmost of all, and that of the certain ones; unknown where nothing is certain."""
    kind, _currency = _common([*true, *unknown])
    if more or not true or kind not in ORDERED:
        return None, None
    return _utmost([*true, *unknown], sign), _utmost(true, sign)


def _utmost(values: list[Any], sign: int) -> Any:
    found = values[0]
    for value in values[1:]:
        found = value if order(value, found) == sign else found
    return found


def _common(values: list[Any]) -> tuple[str | None, str]:
    """The kind that all values have, and for money the currency; None where they differ, or one is not set."""
    kinds = {(kind_of(value), value["currency"] if kind_of(value) == "money" else "") for value in values}
    return kinds.pop() if len(kinds) == 1 else (None, "")


def _exact(value: Any) -> Fraction:
    return Fraction(value["minor"]) if type(value) is dict else as_written(value)


def _plain(value: Fraction, currency: str) -> Any:
    if currency:
        return {"minor": int(value), "currency": currency}
    return int(value) if value.denominator == 1 else float(value)


_ENDS = {"count": _count, "sum": _sum, "min": _min, "max": _max}


def zero_of_any_currency(value: Any, low: Any, high: Any) -> bool:
    """Whether `value`, between `low` and `high`, is the sum of nothing (or a share of one)."""
    while not isinstance(value, AggregateValue) and hasattr(value, "of"):
        value = value.of
    is_sum = isinstance(value, AggregateValue) and value.kind == "sum"
    return is_sum and kind_of(low) == kind_of(high) == "number" and low == high == 0
