"""Checks every comparison of a rule: its fact, its operator for that kind of fact, and the value on the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.catalog import Fact, Kind
from core.errors import nearest
from rules.aggregates import build
from rules.checks.scope import Finding, Scope, calendar
from rules.checks.valuing import KINDS, Params, kind_of_value, members, values
from rules.conditions import Asked, Comparison, Condition, ItemTest, Not, Resolved
from rules.document.problem import join
from rules.facts import FactPath
from rules.intervals import COMPARABLE
from rules.operators import ORDERED, Operator
from rules.params import choices, kind_of_param
from rules.sentences import show
from rules.values import AggregateValue, FactValue, Literal, ParamValue, Value


def comparisons(condition: Condition | None, *, negative: bool = False) -> Iterator[tuple[Comparison, bool]]:
    """Each comparison with whether it stands under an odd number of `not`."""
    if isinstance(condition, Comparison):
        yield condition, negative
    elif isinstance(condition, Not):
        yield from comparisons(condition.item, negative=not negative)
    elif condition is not None:
        for item in condition.items:
            yield from comparisons(item, negative=negative)


def condition(written: Condition | None, scope: Scope, params: Params) -> Iterator[Finding]:
    """What is wrong with a condition, and where it may surprise."""
    leaves = list(comparisons(written))
    asked = {leaf.name for leaf, _ in leaves if leaf.operator.takes == "flag"}
    for leaf, negative in leaves:
        if isinstance(leaf, Resolved) and leaf.asked is not None:
            yield from _resolved(leaf.asked, leaf.pointer, scope, params)
            continue
        yield from _comparison(leaf, scope, params)
        if isinstance(leaf.seen, FactValue) and leaf.name not in asked:
            yield from _doubt(leaf, scope.find(leaf.seen.path), negative=negative)


def _resolved(asked: Asked, pointer: str, scope: Scope, params: Params) -> Iterator[Finding]:
    """A comparison with an aggregate, which is checked itself elsewhere."""
    if asked.operator.name not in COMPARABLE:
        says = f"{asked.operator.name} cannot be asked of an aggregate"
        yield Finding("error", join(pointer, "op"), f"{says}; it is for {', '.join(COMPARABLE)}")
    elif not isinstance(asked.left, AggregateValue):
        yield from _comparison(Comparison(asked.left, asked.operator, asked.right, pointer), scope, params)
    else:
        told = build(asked.left).says
        leaf = Comparison(FactValue(FactPath(told, (told,), "")), asked.operator, asked.right, pointer)
        kind = kind_of_value(asked.left, scope, params)
        if kind and kind not in asked.operator.kinds:
            yield Finding(
                "error", join(pointer, "op"), f"{asked.operator.name} cannot be asked of {told}, which is {kind}"
            )
        else:
            yield from _right(asked.right, asked.operator, kind, None, leaf, scope, params)


def _comparison(leaf: Comparison, scope: Scope, params: Params) -> Iterator[Finding]:
    if isinstance(leaf.seen, ParamValue):
        yield from values(leaf.seen, leaf.pointer, scope, params)
        yield from _parameter(leaf, params.get(leaf.seen.name), scope, params)
        return
    if missing := scope.unknown(leaf.seen.path):
        yield Finding(missing[0], join(leaf.pointer, "fact"), missing[1])
    fact = scope.find(leaf.seen.path)
    kind = KINDS.get(fact.kind) if fact else None
    if kind and kind not in leaf.operator.kinds:
        says = f"{leaf.operator.name} cannot be asked of {leaf.name}, which is {kind}"
        yield Finding("error", join(leaf.pointer, "op"), f"{says}; it is for {', '.join(sorted(leaf.operator.kinds))}")
    else:
        yield from _right(leaf.wanted, leaf.operator, kind, fact, leaf, scope, params)


def _parameter(leaf: Comparison, declared: Mapping[str, Any] | None, scope: Scope, params: Params) -> Iterator[Finding]:
    """A parameter on the left; one that is one of several texts is compared with these."""
    kind = kind_of_param(declared) if declared else None
    if kind and kind not in leaf.operator.kinds:
        says = f"{leaf.operator.name} cannot be asked of {leaf.name}, which is {kind}"
        yield Finding("error", join(leaf.pointer, "op"), f"{says}; it is for {', '.join(sorted(leaf.operator.kinds))}")
        return
    if leaf.operator.takes == "nothing":
        yield Finding("error", join(leaf.pointer, "op"), "a parameter does not change with an event; compare it")
    named = choices(declared) if declared and kind == "text" else ()
    fact = Fact(leaf.name, Kind.TEXT, choices=named) if named else None
    yield from _right(leaf.wanted, leaf.operator, kind, fact, leaf, scope, params)


def _right(
    wanted: Value | ItemTest,
    operator: Operator,
    kind: str | None,
    fact: Fact | None,
    leaf: Comparison,
    scope: Scope,
    params: Params,
) -> Iterator[Finding]:
    pointer = join(leaf.pointer, "value")
    yield from values(wanted, pointer, scope, params)
    if operator.takes == "calendar":
        yield from calendar(wanted.value if isinstance(wanted, Literal) else None, pointer, scope)
    if operator.takes in ("flag", "nothing", "moment", "pattern", "calendar"):
        return
    if operator.takes == "item" or (kind == "list" and operator.name == "contains"):
        kind = KINDS.get(fact.of) if fact and fact.of else None
    if operator.takes == "text":
        kind = "text"
    if isinstance(wanted, ItemTest):
        yield from _right(wanted.wanted, wanted.operator, kind, None, leaf, scope, params)
        return
    for value in members(wanted, operator):
        its = kind_of_value(value, scope, params)
        if isinstance(value, Literal) and value.value is None:
            yield Finding("error", pointer, "a comparison with null is never true; ask with exists whether it is set")
        elif operator.kinds is ORDERED and its and its not in ORDERED:
            yield Finding("error", pointer, f"{'a ' + its} has no order; ask with eq or in")
        elif kind and its and its not in (kind, "moment"):
            says = f"{leaf.name} is {kind} and is compared with {its}, which is never true"
            yield Finding("error", pointer, f"{says}; write {_wanted(kind)}")
        elif fact and fact.choices and isinstance(value, Literal) and operator.name in ("eq", "ne", "in", "not_in"):
            yield from _choice(leaf, value.value, fact, pointer)


def _choice(leaf: Comparison, value: Any, fact: Fact, pointer: str) -> Iterator[Finding]:
    if value not in fact.choices:
        near = nearest(str(value), list(fact.choices)) or f" Possible: {', '.join(fact.choices)}."
        yield Finding("error", pointer, f"{leaf.name} is never {show(value)}; correct it.{near}")


def _doubt(leaf: Comparison, fact: Fact | None, *, negative: bool) -> Iterator[Finding]:
    contrary = leaf.operator.name in ("ne", "not_in")
    if fact is not None and fact.optional and contrary != negative:
        says = f"where {leaf.name} is not set this is unknown and the rule does not act"
        advice = f'if it should, add "or it is not set": {{fact: {leaf.name}, op: exists, value: false}}, under any'
        yield Finding("warning", leaf.pointer, f"{says}; {advice}")


def _wanted(kind: str) -> str:
    written = {"money": "{money: 500.00 RON}", "boolean": "true or false", "number": "a number without quotes"}
    return written.get(kind, f"a {kind}" if kind != "text" else "text")
