"""Checks every comparison of a rule: its fact, its operator for that kind of fact, and the value on the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.catalog import Fact, Kind
from core.errors import nearest
from core.said import listed, said
from rules.aggregates import build
from rules.checks.scope import Finding, Scope, calendar
from rules.checks.valuing import KINDS, Params, kind_of_value, members, values
from rules.conditions import Asked, Comparison, Condition, ItemTest, Not, Resolved
from rules.document.problem import join
from rules.facts import FactPath
from rules.intervals import COMPARABLE
from rules.operators import CHANGED, EXISTS, ORDERED, Operator
from rules.params import choices, kind_of_param
from rules.sentences import NAMES, show
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
    asked = {leaf.name for leaf, _ in leaves if leaf.operator.name == EXISTS}
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
        says = said("{name} cannot be asked of an aggregate", name=asked.operator.name)
        yield Finding(
            "error",
            join(pointer, "op"),
            said("{says}; it is for {operators}", says=says, operators=", ".join(COMPARABLE)),
        )
    elif not isinstance(asked.left, AggregateValue):
        yield from _comparison(Comparison(asked.left, asked.operator, asked.right, pointer), scope, params)
    else:
        told = build(asked.left).says
        leaf = Comparison(FactValue(FactPath(told, (told,), "")), asked.operator, asked.right, pointer)
        kind = kind_of_value(asked.left, scope, params)
        if kind and kind not in asked.operator.kinds:
            yield Finding(
                "error",
                join(pointer, "op"),
                said(
                    "{name} cannot be asked of {told}, which is {kind}",
                    name=asked.operator.name,
                    told=told,
                    kind=said(kind),
                ),
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
        yield _of_wrong_kind(leaf, kind)
    else:
        yield from _right(leaf.wanted, leaf.operator, kind, fact, leaf, scope, params)


def _of_wrong_kind(leaf: Comparison, kind: str) -> Finding:
    seen = said(
        "{name} cannot be asked of {seen}, which is {kind}", name=leaf.operator.name, seen=leaf.name, kind=said(kind)
    )
    kinds = listed(map(said, sorted(leaf.operator.kinds)))
    return Finding("error", join(leaf.pointer, "op"), said("{says}; it is for {kinds}", says=seen, kinds=kinds))


def _parameter(leaf: Comparison, declared: Mapping[str, Any] | None, scope: Scope, params: Params) -> Iterator[Finding]:
    """A parameter on the left; one that is one of several texts is compared with these."""
    kind = kind_of_param(declared) if declared else None
    if kind and kind not in leaf.operator.kinds:
        yield _of_wrong_kind(leaf, kind)
        return
    if leaf.operator.name == CHANGED:
        yield Finding("error", join(leaf.pointer, "op"), said("a parameter does not change with an event; compare it"))
    texts = choices(declared) if declared and kind == "text" else ()
    fact = Fact(leaf.name, Kind.TEXT, choices=texts) if texts else None
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
    kind = operator.kind_taken(kind)
    if isinstance(wanted, ItemTest):
        yield from _right(wanted.wanted, wanted.operator, kind, None, leaf, scope, params)
        return
    for value in members(wanted, operator):
        its = kind_of_value(value, scope, params)
        if isinstance(value, Literal) and value.value is None:
            yield Finding(
                "error", pointer, said("a comparison with null is never true; ask with exists whether it is set")
            )
        elif operator.kinds == ORDERED and its and its not in ORDERED:
            yield Finding("error", pointer, said("a {kind} has no order; ask with eq or in", kind=said(its)))
        elif kind and its and its not in (kind, "moment"):
            says = (
                said(
                    "{name} is asked with a number, and this is {its}, so that it is never true",
                    name=operator.name,
                    its=said(its),
                )
                if operator.takes == "number"
                else said(
                    "{name} is {kind} and is compared with {its}, which is never true",
                    name=leaf.name,
                    kind=said(kind),
                    its=said(its),
                )
            )
            yield Finding("error", pointer, said("{says}; write {wanted}", says=says, wanted=_wanted(kind)))
        elif fact and fact.choices and isinstance(value, Literal) and operator.name in ("eq", "ne", "in", "not_in"):
            yield from _choice(leaf, value.value, fact, pointer)


def _choice(leaf: Comparison, value: Any, fact: Fact, pointer: str) -> Iterator[Finding]:
    if value not in fact.choices:
        near = nearest(str(value), list(fact.choices)) or said(" Possible: {choices}.", choices=", ".join(fact.choices))
        yield Finding(
            "error",
            pointer,
            said("{name} is never {value}; correct it.{near}", name=leaf.name, value=show(value), near=near),
        )


def _doubt(leaf: Comparison, fact: Fact | None, *, negative: bool) -> Iterator[Finding]:
    contrary = leaf.operator.name in ("ne", "not_in")
    if fact is not None and fact.optional and contrary != negative and not leaf.operator.always_known:
        says = said("where {name} is not set this is unknown and the rule does not act", name=leaf.name)
        advice = said(
            'if it should, add "or it is not set": {{fact: {name}, op: exists, value: false}}, under any',
            name=leaf.name,
        )
        yield Finding("warning", leaf.pointer, said("{says}; {advice}", says=says, advice=advice), "doubtful")


def _wanted(kind: str) -> str:
    if kind in ("text", "boolean"):
        return said(NAMES[kind])
    if kind == "number":
        return said("a number without quotes")
    return "{money: 500.00 RON}" if kind == "money" else said("a {kind}", kind=said(kind))
