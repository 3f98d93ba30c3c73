"""Checks whether a rule and its steps can ever act, whatever the event and whatever parameters are allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.said import Said, both, listed, said
from rules.checks.deeds import Deed, ask, deeds, goals_of
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.conditions import All, Comparison, Condition, Not, Resolved
from rules.document.problem import join
from rules.params import misfit, single
from rules.rule import Rule
from rules.sentences import show
from rules.solver.search import Goal
from rules.solver.solve import World
from rules.values import FactValue, Literal, ParamValue

MAX_BLAMED = 12  # parts of a condition among which those are sought that contradict each other


def holding(rule: Rule, worlds: Worlds) -> Iterator[Finding]:
    """Findings about a rule that is never true, and about its steps that never act where the rule is true."""
    goals, known = goals_of(rule), worlds.of(rule)
    answer = ask(goals, known)
    if answer.said == "no":
        pointer = "/if" if "if" in rule.document else "/until"
        yield Finding("error", pointer, _never(goals, known), "never-true")
        return
    if answer.said == "undecided":
        says = said("whether any event makes this rule true was not decided; try it on an event to be sure")
        yield Finding("note", "/if", says, "undecided")
    elif answer.witness and answer.witness.params and ask(goals, [_as_now(world) for world in known]).said == "no":
        params = listed(listed((name, _written(value)), " ") for name, value in answer.witness.params.items())
        says = said("as the parameters are now, no event makes this rule true; with {params} one would", params=params)
        yield Finding(
            "warning",
            "/if",
            said("{says}; change their defaults, or the condition", says=says),
            "never-true-now",
            answer.witness,
        )
    for deed in deeds(rule):
        yield from _deed(deed, worlds, goals)


def _deed(deed: Deed, worlds: Worlds, rule: tuple[Goal, ...]) -> Iterator[Finding]:
    step = deed.step
    if deed.goals == rule or ask(deed.goals, deed.worlds(worlds)).said != "no":
        return
    if step.otherwise:
        says = said("one of the steps before this one always acts, so this one never does; take it out")
        yield Finding("error", join(deed.pointer, "otherwise"), says, "dead-otherwise")
    else:
        pointer = join(deed.pointer, "if") if step.condition else deed.pointer
        says = said("{never}, so this step never acts", never=_never(deed.goals, deed.worlds(worlds)))
        yield Finding("error", pointer, says, "step-never-acts")


def _never(goals: Sequence[Goal], worlds: Sequence[World]) -> Said:
    """Which parts cannot hold together: of those there are, as few as are enough."""
    parts = [part for goal in goals for part in _parts(goal) if not _of_its_moment(part[0])]
    if len(parts) <= MAX_BLAMED:
        for part in list(parts):
            fewer = [other for other in parts if other is not part]
            if fewer and ask(fewer, worlds).said == "no":
                parts = fewer
    told = [told for condition, _verdicts in parts if (told := _told(condition))]
    if len(told) < len(parts) or not 1 <= len(told) <= 4:
        return said("no event can make this true")
    if len(told) == 1:
        return said("this is never true: {part}", part=told[0])
    return said("this is never true: {parts}, which cannot be together", parts=both(told))


def _parts(goal: Goal) -> list[Goal]:
    condition, verdicts = goal
    if isinstance(condition, All) and verdicts == 1:
        return [part for item in condition.items for part in _parts((item, verdicts))]
    return [goal]


def _of_its_moment(condition: Condition) -> bool:
    """Whether it only says that a moment is one of the rule's own, which no document wrote."""
    return isinstance(condition, Comparison) and condition.pointer == "/when"


def _told(condition: Condition) -> str:
    """A comparison in words; empty for what is longer."""
    if isinstance(condition, Not):
        inner = _told(condition.item)
        return said("not ({inner})", inner=inner) if inner else ""
    if not isinstance(condition, Comparison) or isinstance(condition, Resolved):
        return ""
    wanted = condition.wanted
    if isinstance(wanted, Literal):
        right = show(wanted.value)
    elif isinstance(wanted, FactValue):
        right = wanted.path.text
    elif isinstance(wanted, ParamValue):
        right = said("the parameter {name}", name=wanted.name)
    else:
        return ""
    return listed((condition.name, said(condition.operator.says, wanted=right)), " ")


def _as_now(world: World) -> World:
    """The world with every parameter at its default."""
    return replace(world, params={name: _fixed(declared) for name, declared in world.params.items()})


def _fixed(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted, default = single(declared), declared.get("default")
    if isinstance(declared["type"], (dict, list)) and not (isinstance(wanted, dict) and isinstance(default, str)):
        return declared
    if misfit(declared, default):
        return declared
    if wanted in ("integer", "percent", "money"):
        return {**declared, "min": default, "max": default}
    return {**declared, "type": {"one_of": [default]}} if isinstance(default, str) else declared


def _written(value: Any) -> str:
    return str(value["money"]) if isinstance(value, dict) and "money" in value else show(value)
