"""Checks what a rule hangs on in time against what is declared: the object, its date or states, and its parameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.catalog import Kind, MachineSpec
from core.errors import nearest
from core.said import said
from rules.checks.scope import Finding, Scope
from rules.checks.valuing import Params
from rules.document.problem import join
from rules.params import single
from rules.rule import Rule
from rules.tables import is_table
from rules.timing import Timing
from rules.values import ParamValue

DATED = (Kind.DATE, Kind.MOMENT, Kind.ANY)


def timing(rule: Rule, scope: Scope, params: Params) -> Iterator[Finding]:
    """What is wrong with the rule's `when`; nothing where it hangs on events."""
    hangs = rule.timing
    if hangs is None:
        return
    if hangs.noun:
        yield from _object(hangs, scope)
    offset = hangs.offsets
    if isinstance(offset, ParamValue) and offset.name in params:
        declared = params[offset.name]
        if is_table(declared) or single(declared) != "duration":
            pointer = "/when/for" if hangs.state else "/when/offset"
            says = said(
                'the parameter "{name}" holds no durations; declare it as duration or [duration]', name=offset.name
            )
            yield Finding("error", join(pointer, "param"), says)


def _object(hangs: Timing, scope: Scope) -> Iterator[Finding]:
    key = "date" if hangs.date else "state" if hangs.state else "each"
    spec = scope.catalog.machines.find(hangs.noun)
    if spec is None:
        near = nearest(hangs.noun, scope.catalog.machines.names())
        says = said('"{noun}" is no declared object; correct it or declare it.{near}', noun=hangs.noun, near=near)
        yield Finding(scope.level(hangs.noun), f"/when/{key}", says)
    elif hangs.date:
        yield from _date(hangs, scope)
    else:
        yield from _states([hangs.state] if hangs.state else sorted(hangs.states), spec, hangs)


def _date(hangs: Timing, scope: Scope) -> Iterator[Finding]:
    path = ".".join((hangs.noun, *hangs.date))
    own = scope.catalog.facts_of(hangs.noun)
    dates = sorted(name for name, fact in own.items() if fact.kind in DATED and name.startswith(f"{hangs.noun}."))
    fact = own.get(path)
    if fact is None:
        says = said(
            '{noun} has no fact "{date}"; correct it.{near}',
            noun=hangs.noun,
            date=".".join(hangs.date),
            near=nearest(path, dates),
        )
        yield Finding("error", "/when/date", says)
    elif fact.kind not in DATED:
        says = said(
            "{path} is no date; write one of {dates}", path=path, dates=", ".join(dates) or "those of another object"
        )
        yield Finding("error", "/when/date", says)


def _states(states: Iterable[str], spec: MachineSpec, hangs: Timing) -> Iterator[Finding]:
    for state in states:
        if state not in spec.states:
            near = nearest(state, list(spec.states)) or said(" Possible: {states}.", states=", ".join(spec.states))
            says = said('{noun} has no state "{state}"; correct it.{near}', noun=spec.noun, state=state, near=near)
            yield Finding("error", "/when/state" if hangs.state else "/when/in", says)
