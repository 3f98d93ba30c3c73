"""What is known of values before there is an event: their kinds, and the facts and parameters inside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.catalog import Kind
from rules.aggregates import TAKEN, build
from rules.checks.scope import Finding, Scope
from rules.checks.tables import lookup
from rules.conditions import ItemTest
from rules.document.problem import join
from rules.facts import FactPath
from rules.kinds import kind_of
from rules.operators import Operator
from rules.params import kind_of_param
from rules.values import AggregateValue, DateValue, FactValue, ListValue, Literal, ParamValue, PercentValue, Value

KINDS = {
    Kind.TEXT: "text",
    Kind.REF: "text",
    Kind.MOMENT: "text",
    Kind.DATE: "text",
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.MONEY: "money",
    Kind.LIST: "list",
}
Params = Mapping[str, Mapping[str, Any]]


def members(wanted: Value | ItemTest, operator: Operator) -> list[Any]:
    """The single values that a fact is compared with."""
    if operator.takes not in ("list", "pair"):
        return [wanted]
    if isinstance(wanted, ListValue):
        return list(wanted.items)
    if isinstance(wanted, Literal) and isinstance(wanted.value, list):
        return [Literal(item) for item in wanted.value]
    return []


def kind_of_value(value: Any, scope: Scope, params: Params) -> str | None:
    """The kind that a value has for certain; None where that hangs on the event."""
    if isinstance(value, Literal):
        return kind_of(value.value)
    if isinstance(value, FactValue):
        fact = scope.find(value.path)
        return KINDS.get(fact.kind) if fact else None
    if isinstance(value, ParamValue):
        return kind_of_param(params[value.name]) if value.name in params else None
    if isinstance(value, AggregateValue):
        aggregate = build(value)
        row = scope.in_row(aggregate.source)
        fact = row.find(aggregate.take) if aggregate.take else None
        kind = KINDS.get(fact.kind) if fact else None
        return "number" if aggregate.take is None else kind if kind in TAKEN[aggregate.kind] else None
    if isinstance(value, PercentValue):
        return kind_of_value(value.of, scope, params)
    return "moment" if isinstance(value, DateValue) else None


def values(value: Any, pointer: str, scope: Scope, params: Params) -> Iterator[Finding]:
    """Facts and parameters inside a value that nobody declared."""
    if isinstance(value, ItemTest):
        yield from values(value.wanted, join(pointer, "value"), scope, params)
    elif isinstance(value, ListValue):
        for place, item in enumerate(value.items):
            yield from values(item, join(pointer, place), scope, params)
    elif isinstance(value, (FactValue, DateValue)):
        yield from _path(value.path, join(pointer, "fact" if isinstance(value, FactValue) else "date"), scope)
        if isinstance(value, FactValue) and value.default is not None:
            yield from values(value.default, join(pointer, "default"), scope, params)
        if isinstance(value, DateValue) and value.offset is not None:
            yield from values(value.offset, join(pointer, "offset"), scope, params)
    elif isinstance(value, ParamValue):
        if value.at is not None:
            yield from values(value.at, join(pointer, "at"), scope, params)
        if value.name in params:
            yield from lookup(value, pointer, scope, params[value.name])
    elif isinstance(value, PercentValue):
        yield from values(value.percent, join(pointer, "percent"), scope, params)
        yield from values(value.of, join(pointer, "of"), scope, params)


def _path(path: FactPath, pointer: str, scope: Scope) -> Iterator[Finding]:
    if missing := scope.unknown(path):
        yield Finding(missing[0], pointer, missing[1])
