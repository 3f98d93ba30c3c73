"""Values as rules write them: literals, facts, parameters, per cents, dates. Each is resolved against a View; what
cannot be resolved is None. That is all the arithmetic there is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from core.money import Money
from rules.document.problem import Misplaced, join
from rules.durations import Duration
from rules.facts import FactPath, View
from rules.kinds import as_moment, kind_of
from rules.tables import look_up

AGGREGATES = ("count", "sum", "min", "max")


class Value(Protocol):
    """Something that has a value once an event is known."""

    def resolve(self, view: View) -> Any: ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; money in it has the shape of facts."""

    value: Any

    def resolve(self, view: View) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list of which some members depend on the event."""

    items: tuple[Value, ...]

    def resolve(self, view: View) -> Any:
        return [item.resolve(view) for item in self.items]


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact of the event, or `default` where it is not set."""

    path: FactPath
    default: Value | None = None

    def resolve(self, view: View) -> Any:
        value = view.read(self.path)
        return self.default.resolve(view) if value is None and self.default else value


@dataclass(frozen=True, slots=True)
class ParamValue:
    """A parameter of the effective rules; where it is a table, what it has for the fact `at`."""

    name: str
    at: FactValue | None = None

    def resolve(self, view: View) -> Any:
        value = view.params.get(self.name)
        return constant(value if self.at is None else look_up(value, self.at.resolve(view)))


@dataclass(frozen=True, slots=True)
class PercentValue:
    """So many per cent of a number or of money, exactly (a Fraction)."""

    percent: Value
    of: Value

    def resolve(self, view: View) -> Any:
        percent, of = self.percent.resolve(view), self.of.resolve(view)
        if kind_of(percent) != "number":
            return None
        share = as_written(percent) / 100
        if kind_of(of) == "money":
            return {"minor": share * of["minor"], "currency": of["currency"]}
        return share * Fraction(of) if kind_of(of) == "number" else None


@dataclass(frozen=True, slots=True)
class DateValue:
    """A fact that is a moment, moved by a duration."""

    path: FactPath
    offset: Value | None = None

    def resolve(self, view: View) -> Any:
        moment = as_moment(view.read(self.path))
        if moment is None or self.offset is None:
            return moment
        duration = Duration.parse(self.offset.resolve(view))
        return duration.after(moment) if duration else None


@dataclass(frozen=True, slots=True)
class AggregateValue:
    """What an aggregate came to, where that is certain. It was worked out before; `name` tells equal ones."""

    name: str
    kind: str
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    pointer: str = field(default="", compare=False, repr=False)

    def resolve(self, view: View) -> Any:
        return view.aggregate(self.name)


def as_written(number: Any) -> Fraction:
    """A number as the decimal that people wrote: 0.1 is one tenth, not the float next to it."""
    return Fraction(repr(number)) if type(number) is float else Fraction(number)


def constant(data: Any) -> Any:
    """A literal as facts have it: {"money": "5.00 RON"} becomes {"minor": 500, "currency": "RON"}, also in lists.
    Raises ValueError for an amount that is none."""
    if type(data) is dict and data.keys() == {"money"}:
        return Money.parse(data["money"]).as_fact()
    return [constant(item) for item in data] if type(data) is list else data


def build_value(data: Any, pointer: str) -> Value:
    """The value that the checked document `data` writes. Raises Misplaced where it cannot be one."""
    if type(data) is list:
        items = tuple(build_value(item, join(pointer, place)) for place, item in enumerate(data))
        if all(isinstance(item, Literal) for item in items):
            return Literal([item.resolve(View({})) for item in items])
        return ListValue(items)
    if type(data) is not dict:
        return Literal(data)
    if "fact" in data:
        return _fact(data, pointer)
    if "param" in data:
        return build_param(data, pointer)
    if "percent" in data:
        return PercentValue(
            build_value(data["percent"], join(pointer, "percent")), build_value(data["of"], join(pointer, "of"))
        )
    if "date" in data:
        offset = build_value(data["offset"], join(pointer, "offset")) if "offset" in data else None
        return DateValue(FactPath.parse(data["date"]), offset)
    if kind := aggregate_kind(data):
        return build_aggregate(data, kind, pointer)
    try:
        return Literal(constant(data))
    except ValueError as error:
        raise Misplaced(pointer, error.args[0]) from None


def build_param(data: Any, pointer: str) -> ParamValue:
    """The parameter that `{param, at}` names. Raises Misplaced."""
    return ParamValue(data["param"], _fact(data["at"], join(pointer, "at")) if "at" in data else None)


def build_aggregate(data: Mapping[str, Any], kind: str, pointer: str) -> AggregateValue:
    """The aggregate that `data`, a value or the left side of a comparison, writes."""
    own = {key: item for key, item in data.items() if key not in ("op", "value")}
    return AggregateValue(name_of(own), kind, own, pointer)


def aggregate_kind(data: Any) -> str:
    """count, sum, min or max where `data` is an aggregate; else empty."""
    return next((kind for kind in AGGREGATES if kind in data), "") if isinstance(data, Mapping) else ""


def name_of(data: Any) -> str:
    """A name that tells equal parts of documents, however they were written."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def aggregates_in(value: Any) -> Iterator[AggregateValue]:
    """The aggregates that a value is made of."""
    if isinstance(value, AggregateValue):
        yield value
    elif isinstance(value, PercentValue):
        yield from (*aggregates_in(value.percent), *aggregates_in(value.of))
    elif isinstance(value, ListValue):
        for item in value.items:
            yield from aggregates_in(item)
    elif isinstance(value, FactValue):
        yield from aggregates_in(value.default)


def _fact(data: Any, pointer: str) -> FactValue:
    default = build_value(data["default"], join(pointer, "default")) if "default" in data else None
    return FactValue(FactPath.parse(data["fact"]), default)
