"""Checks arguments that can be missing: a fact that need not be set, in an action that cannot do without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from core.said import said
from rules.checks.deeds import Deed, ask, compared, deeds
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.document.problem import join
from rules.facts import FactPath, View
from rules.rule import Rule
from rules.solver.solve import World
from rules.solver.verdicts import TRUE
from rules.solver.witness import Witness, effective
from rules.step import texts
from rules.templates import NotRendered, render
from rules.values import DateValue, FactValue, PercentValue, build_value

_PATH = re.compile(r"\b[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+", re.ASCII)


def missing(rule: Rule, worlds: Worlds) -> Iterator[Finding]:
    """Arguments that have no value on some event on which their step acts."""
    for deed in deeds(rule):
        for name, written in deed.step.document.get("with", {}).items():
            pointer = join(deed.pointer, "with", name)
            value = build_value(written, pointer)
            for path in _needed(value):
                yield from _unset(deed, path, pointer, worlds)
            for place, text in texts(written, pointer):
                yield from _template(deed, text, place, worlds)


def _needed(value: object) -> Iterator[FactPath]:
    """The facts without which an argument has no value."""
    if (isinstance(value, FactValue) and value.default is None) or isinstance(value, DateValue):
        yield value.path
    elif isinstance(value, PercentValue):
        yield from (*_needed(value.percent), *_needed(value.of))


def _unset(deed: Deed, path: FactPath, pointer: str, worlds: Worlds) -> Iterator[Finding]:
    witness = _without(deed, path, worlds)
    if witness is not None:
        says = said("where {text} is not set, this has no value and the action fails", text=path.text)
        advice = said("write {{fact: {text}, default: …}}, or ask with exists in the step's if", text=path.text)
        yield Finding("warning", pointer, said("{says}; {advice}", says=says, advice=advice), "may-be-missing", witness)


def _template(deed: Deed, text: str, pointer: str, worlds: Worlds) -> Iterator[Finding]:
    for found in dict.fromkeys(_PATH.findall(text)):
        path = FactPath.parse(found)
        witness = _without(deed, path, worlds)
        if witness is not None and _fails(text, path, witness, worlds):
            says = said("where {found} is not set, this text cannot be written and the action fails", found=found)
            advice = said("write {{{{ {found} | default: '…' }}}}, or ask with exists in the step's if", found=found)
            yield Finding(
                "warning", pointer, said("{says}; {advice}", says=says, advice=advice), "may-be-missing", witness
            )


def _without(deed: Deed, path: FactPath, worlds: Worlds) -> Witness | None:
    """An event on which the step acts and a fact that need not be set is not."""
    known = [world for world in deed.worlds(worlds) if _optional(path, world)]
    return ask([*deed.goals, (compared(path.text, "exists", value=False), TRUE)], known).witness if known else None


def _optional(path: FactPath, world: World) -> bool:
    fact = world.fact(path)
    return fact is not None and fact.optional


def _fails(text: str, path: FactPath, witness: Witness, worlds: Worlds) -> bool:
    """Whether the text cannot be written for want of this one fact, everything else in it being there."""
    facts: dict[str, Any] = deepcopy(witness.event["facts"])
    others = [FactPath.parse(found).parts for found in _PATH.findall(text) if found != path.text]
    for parts in (*others, (*path.parts[:-1], "")):
        inside = facts
        for part in parts[:-1]:
            inside = inside.setdefault(part, {}) if isinstance(inside, dict) else {}
        if isinstance(inside, dict) and parts[-1]:
            inside.setdefault(parts[-1], "x")
    try:
        render(text, View({**witness.event, "facts": facts}, effective(witness, worlds.params)))
    except NotRendered as problem:
        return path.text in str(problem)
    return False
