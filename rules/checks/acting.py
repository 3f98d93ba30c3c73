"""Checks the steps of a rule: that the action exists, that it may stand on its target, and its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalog import ActionSpec
from core.errors import nearest
from core.said import either, said
from core.schemas import Check, of_arguments
from rules.aggregates import ITEM
from rules.checks.aggregates import relation
from rules.checks.comparing import condition
from rules.checks.scope import Finding, Scope, calendar, event, related
from rules.checks.valuing import Params, values
from rules.document.problem import join
from rules.durations import Duration
from rules.rule import Rule
from rules.step import ASK_WITHIN, LONGEST_ASK, SHORTEST_ASK, Step, texts
from rules.values import Literal, build_value


@dataclass(frozen=True, slots=True)
class Doing:
    """What a step does: the schema of its arguments, and the nouns it may stand on (empty: any)."""

    name: str
    schema: Mapping[str, Any]
    targets: tuple[str, ...]


def steps(rule: Rule, scope: Scope, params: Params) -> Iterator[Finding]:
    """What is wrong with the steps of a rule, and with its `once`."""
    if not rule.steps:
        yield Finding("warning", "/then", said("this rule does nothing; add a step, or take the rule out"))
    yield from _steps(rule.steps, "/then", rule, scope, params)
    once = rule.document.get("once", {})
    yield from related(once.get("per"), "/once/per", scope)
    if "again_after" in once:
        yield from event(once["again_after"], "/once/again_after", scope)
    yield from _limit(rule, scope)


def _steps(steps: Sequence[Step], above: str, rule: Rule, around: Scope, params: Params) -> Iterator[Finding]:
    for place, step in enumerate(steps):
        pointer, scope = join(above, place), around
        if step.each is not None:
            yield from relation(step.each, join(pointer, "each"), around)
            scope = around.in_row(step.each)
        yield from condition(step.condition, scope, params)
        if step.then:
            yield from _steps(step.then, join(pointer, "then"), rule, scope, params)
            continue
        yield from related(step.target, join(pointer, "target"), scope)
        doing = find(step.do, scope.catalog)
        if doing is None:
            near = nearest(step.do, names(scope.catalog))
            yield Finding(
                "error",
                join(pointer, "do"),
                said('there is no action "{do}"; correct it or declare it.{near}', do=step.do, near=near),
            )
        else:
            yield from _fits(step, doing, join(pointer, "target" if step.target else "do"), scope)
            yield from _arguments(step, doing, join(pointer, "with"))
        yield from _values(step, pointer, scope, params)
        if "hours" in step.document:
            yield from calendar(step.document["hours"], join(pointer, "hours"), scope)
        if "ask" in step.document:
            yield from _ask(step.document["ask"], join(pointer, "ask"), scope)
        yield from condition(step.unless, around, params)
        if step.otherwise:
            yield from _otherwise(steps, place, join(pointer, "otherwise"))
        if step.needs is not None:
            yield from _needs(steps, place, join(pointer, "needs"))


def _ask(ask: Mapping[str, Any], pointer: str, scope: Scope) -> Iterator[Finding]:
    known = list(scope.catalog.roles)
    if ask["role"] not in known:
        near = nearest(ask["role"], known) or said(" Possible: {known}.", known=", ".join(known))
        says = said(
            'there is no role "{role}", so nobody could say yes; correct it.{near}', role=ask["role"], near=near
        )
        yield Finding("error", join(pointer, "role"), says)
    bounds = [duration.rank for text in (SHORTEST_ASK, LONGEST_ASK) if (duration := Duration.parse(text))]
    within = Duration.parse(ask.get("within", ASK_WITHIN))
    if within is not None and not bounds[0] <= within.rank <= bounds[1]:
        says = said(
            "a question waits for its answer at least {shortest} and at most {longest}, and not {within}",
            shortest=SHORTEST_ASK,
            longest=LONGEST_ASK,
            within=within,
        )
        yield Finding(
            "error",
            join(pointer, "within"),
            said("{says}; correct it, or take it out for {usual}", says=says, usual=ASK_WITHIN),
        )


def _needs(steps: Sequence[Step], place: int, pointer: str) -> Iterator[Finding]:
    needed, before = steps[place].needs or "", [step.id for step in steps[:place] if step.each is None]
    if any(needed in (step.id, *(inner.id for inner in step.then)) for step in steps[:place] if step.each):
        says = said(
            '"{needed}" is done for each row, and cannot be waited for outside; put both into one block with each',
            needed=needed,
        )
        yield Finding("error", pointer, says)
    elif needed not in before:
        near = nearest(needed, before)
        says = said(
            'no step before this one has the id "{needed}"; name an earlier step, or put this one behind it.{near}',
            needed=needed,
            near=near,
        )
        yield Finding("error", pointer, says)


def _otherwise(steps: Sequence[Step], place: int, pointer: str) -> Iterator[Finding]:
    before = [step.condition for step in steps[:place] if step.condition is not None and step.each is None]
    if not before:
        yield Finding(
            "error", pointer, said('no step before this one has an "if"; take "otherwise" out, or add one before it')
        )


def _limit(rule: Rule, scope: Scope) -> Iterator[Finding]:
    """A rule that one event with many rows takes beyond its limit, so that it stops itself."""
    limit = rule.document.get("limit", {}).get("actions")
    most = sum(scope.cap(step.each) * len(step.then or (step,)) if step.each else 1 for step in rule.steps)
    if limit is not None and most > limit:
        says = said(
            "one event may ask for {most} actions, and at {limit} this rule stops itself", most=most, limit=limit
        )
        yield Finding(
            "warning", "/limit/actions", said("{says}; raise the limit if so many may be", says=says), "limit"
        )


def find(name: str, catalog: Any) -> Doing | None:
    """A declared action, or a transition of a machine: noun.transition."""
    spec: ActionSpec | None = catalog.actions.find(name)
    if spec is not None:
        return Doing(name, spec.parameters, spec.targets)
    noun, _, transition = name.rpartition(".")
    machine = catalog.machines.find(noun)
    found = machine.transitions.get(transition) if machine else None
    return Doing(name, of_arguments(found.arguments, found.required), (noun,)) if found else None


def names(catalog: Any) -> list[str]:
    """Every action and transition by name."""
    transitions = (f"{machine.noun}.{name}" for machine in catalog.machines for name in machine.transitions)
    return sorted({*catalog.actions.names(), *transitions})


def _fits(step: Step, doing: Doing, pointer: str, scope: Scope) -> Iterator[Finding]:
    if not doing.targets or not scope.complete:
        return
    for noun in sorted(scope.nouns):
        known = {"customer": "customer", **scope.named(noun), **({ITEM: scope.row} if scope.row else {})}
        its = noun if step.target is None else known.get(step.target)
        if its is not None and its not in doing.targets:
            says = said(
                "{do} is done to {targets}, and here it would be done to {its}",
                do=step.do,
                targets=either(doing.targets),
                its=its,
            )
            fitting = [name for name, other in known.items() if other in doing.targets and name != "subject"]
            advice = (
                said("write target: {fitting}", fitting=either(sorted(fitting)))
                if fitting
                else said("choose another action or event")
            )
            yield Finding("error", pointer, said("{says}; {advice}", says=says, advice=advice))
            return


def _arguments(step: Step, doing: Doing, pointer: str) -> Iterator[Finding]:
    known = doing.schema.get("properties", {})
    given = step.document.get("with", {})
    for name in doing.schema.get("required", ()):
        if name not in given:
            yield Finding(
                "error",
                pointer.removesuffix("/with"),
                said('{do} needs "{name}"; add it under with', do=step.do, name=name),
            )
    for name, written in given.items():
        if name not in known and doing.schema.get("additionalProperties", True) is False:
            near = nearest(name, list(known)) or said(" Possible: {known}.", known=", ".join(known) or said("none"))
            yield Finding(
                "error",
                join(pointer, name),
                said('{do} has no argument "{name}"; take it out.{near}', do=step.do, name=name, near=near),
            )
        value = build_value(written, "")
        if name in known and isinstance(value, Literal) and not list(texts(written, "")):
            problem = Check(known[name]).problem(value.value)
            if problem:
                yield Finding(
                    "error",
                    join(pointer, name),
                    said(
                        '"{name}" of {do} does not fit: {problem}; correct it', name=name, do=step.do, problem=problem
                    ),
                )


def _values(step: Step, pointer: str, scope: Scope, params: Params) -> Iterator[Finding]:
    for name, written in step.document.get("with", {}).items():
        place = join(pointer, "with", name)
        yield from values(build_value(written, place), place, scope, params)
    if "after" not in step.document:
        return
    after = build_value(step.document["after"], "")
    yield from values(after, join(pointer, "after"), scope, params)
    duration = Duration.parse(after.value) if isinstance(after, Literal) else None
    if isinstance(after, Literal) and (duration is None or duration.amount < 0):
        yield Finding(
            "error", join(pointer, "after"), said("a step cannot wait backwards; write a duration such as 2d")
        )
