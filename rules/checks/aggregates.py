"""Checks aggregates: what they are over, what they take, and what they ask of each row."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import nearest
from core.said import either, said
from rules.aggregates import TAKEN, Aggregate
from rules.checks.comparing import condition
from rules.checks.scope import Finding, Scope, event, related
from rules.checks.valuing import KINDS, Params
from rules.document.problem import join
from rules.rule import Rule
from rules.sources import Relation


def aggregates(rule: Rule, scope: Scope, params: Params) -> Iterator[Finding]:
    """What is wrong with the aggregates of a rule, in its conditions and in its arguments."""
    for aggregate in rule.aggregates:
        source = aggregate.source
        if isinstance(source, Relation):
            yield from relation(source, join(aggregate.pointer, aggregate.kind), scope)
        else:
            yield from event(source.type, join(aggregate.pointer, aggregate.kind), scope)
            yield from related(source.of, join(aggregate.pointer, "of"), scope)
            if source.since:
                yield from event(source.since, join(aggregate.pointer, "since"), scope)
        row = scope.in_row(source)
        yield from condition(aggregate.condition, row, params)
        yield from _take(aggregate, row)


def relation(source: Relation, pointer: str, scope: Scope) -> Iterator[Finding]:
    """A relation that no machine of this rule declares."""
    yield from related(source.owner, pointer, scope)
    for noun in sorted(scope.nouns):
        owner = scope.catalog.machines.find(scope.named(noun).get(source.owner, ""))
        if owner is not None and source.name not in owner.relations:
            known = [f"{source.owner}.{name}" for name in owner.relations]
            near = nearest(source.text, known) or said(" Possible: {known}.", known=", ".join(known) or said("none"))
            yield Finding(
                "error",
                pointer,
                said(
                    '{noun} has no relation "{name}"; correct it.{near}', noun=owner.noun, name=source.name, near=near
                ),
            )
            return


def _take(aggregate: Aggregate, row: Scope) -> Iterator[Finding]:
    if aggregate.take is None:
        return
    pointer, path = join(aggregate.pointer, "take"), aggregate.take
    if missing := row.unknown(path):
        yield Finding(missing[0], pointer, missing[1])
    fact = row.find(path)
    if fact is None:
        return
    kind, wanted = KINDS.get(fact.kind), TAKEN[aggregate.kind]
    if kind is not None and kind not in wanted:
        says = said("{kind} cannot take {text}, which is {its}", kind=aggregate.kind, text=path.text, its=said(kind))
        yield Finding(
            "error", pointer, said("{says}; take one that is {wanted}", says=says, wanted=either(map(said, wanted)))
        )
    elif fact.optional:
        says = said("where {text} of one row is not set, {says} is unknown", text=path.text, says=aggregate.says)
        advice = said("leave such rows out with if: {{fact: {text}, op: exists, value: true}}", text=path.text)
        yield Finding("warning", pointer, said("{says}; {advice}", says=says, advice=advice))
