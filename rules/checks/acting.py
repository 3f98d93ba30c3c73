"""Checks the steps of a rule: that the action exists, that it may stand on its target, and its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.catalog import ActionSpec
from core.errors import nearest
from core.schemas import Check, of_arguments
from rules.checks.comparing import condition
from rules.checks.holding import can_hold
from rules.checks.scope import Finding, Scope, calendar, event
from rules.checks.valuing import Params, values
from rules.document.problem import join
from rules.durations import Duration
from rules.rule import Rule
from rules.step import Step, texts
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
        yield Finding("warning", "/then", "this rule does nothing; add a step, or take the rule out")
    for place, step in enumerate(rule.steps):
        pointer = join("/then", place)
        yield from _target(step.target, join(pointer, "target"), scope)
        doing = find(step.do, scope.catalog)
        if doing is None:
            near = nearest(step.do, names(scope.catalog))
            yield Finding(
                "error", join(pointer, "do"), f'there is no action "{step.do}"; correct it or declare it.{near}'
            )
        else:
            yield from _fits(step, doing, join(pointer, "target" if step.target else "do"), scope)
            yield from _arguments(step, doing, join(pointer, "with"))
        yield from _values(step, pointer, scope, params)
        if "hours" in step.document:
            yield from calendar(step.document["hours"], join(pointer, "hours"), scope)
        yield from condition(step.condition, scope, params)
        yield from condition(step.unless, scope, params)
        if step.otherwise:
            yield from _otherwise(rule, place, scope)
        if step.needs is not None:
            yield from _needs(rule, place)
    once = rule.document.get("once", {})
    yield from _target(once.get("per"), "/once/per", scope)
    if "again_after" in once:
        yield from event(once["again_after"], "/once/again_after", scope)


def _needs(rule: Rule, place: int) -> Iterator[Finding]:
    needed, before = rule.steps[place].needs or "", [step.id for step in rule.steps[:place]]
    if needed not in before:
        near = nearest(needed, before)
        said = f'no step before this one has the id "{needed}"; name an earlier step, or put this one behind it.{near}'
        yield Finding("error", join("/then", place, "needs"), said)


def _otherwise(rule: Rule, place: int, scope: Scope) -> Iterator[Finding]:
    pointer = join("/then", place, "otherwise")
    before = [step.condition for step in rule.steps[:place] if step.condition is not None]
    if not before:
        yield Finding(
            "error", pointer, 'no step before this one has an "if"; take "otherwise" out, or add one before it'
        )
        return
    true = [found for found in (rule.condition, rule.steps[place].condition) if found is not None]
    if not can_hold([*((found, True) for found in true), *((found, False) for found in before)], scope):
        yield Finding(
            "error", pointer, "one of the steps before this one always acts, so this one never does; take it out"
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


def _target(name: str | None, pointer: str, scope: Scope) -> Iterator[Finding]:
    known = {name for noun in scope.nouns for name in (noun, *scope.catalog.machines.get(noun).related)}
    if name is None or name in known | {"subject", "customer"}:
        return
    severity = "error" if scope.complete and scope.nouns else scope.level(name)
    says = f'"{name}" is not related to what this rule is about'
    known_too = sorted(known | {"subject", "customer"})
    yield Finding(severity, pointer, f"{says}; write one of {', '.join(known_too)}.{nearest(name, known_too)}")


def _fits(step: Step, doing: Doing, pointer: str, scope: Scope) -> Iterator[Finding]:
    if not doing.targets or not scope.complete:
        return
    for noun in sorted(scope.nouns):
        related = {"customer": "customer", noun: noun, **scope.catalog.machines.get(noun).related}
        its = noun if step.target is None else related.get(step.target)
        if its is not None and its not in doing.targets:
            says = f"{step.do} is done to {' or '.join(doing.targets)}, and here it would be done to {its}"
            fitting = [name for name, other in related.items() if other in doing.targets]
            advice = f"write target: {' or '.join(sorted(fitting))}" if fitting else "choose another action or event"
            yield Finding("error", pointer, f"{says}; {advice}")
            return


def _arguments(step: Step, doing: Doing, pointer: str) -> Iterator[Finding]:
    known = doing.schema.get("properties", {})
    given = step.document.get("with", {})
    for name in doing.schema.get("required", ()):
        if name not in given:
            yield Finding("error", pointer.removesuffix("/with"), f'{step.do} needs "{name}"; add it under with')
    for name, written in given.items():
        if name not in known and doing.schema.get("additionalProperties", True) is False:
            near = nearest(name, list(known)) or f" Possible: {', '.join(known) or 'none'}."
            yield Finding("error", join(pointer, name), f'{step.do} has no argument "{name}"; take it out.{near}')
        value = build_value(written, "")
        if name in known and isinstance(value, Literal) and not list(texts(written, "")):
            problem = Check(known[name]).problem(value.value)
            if problem:
                yield Finding(
                    "error", join(pointer, name), f'"{name}" of {step.do} does not fit: {problem}; correct it'
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
        yield Finding("error", join(pointer, "after"), "a step cannot wait backwards; write a duration such as 2d")
