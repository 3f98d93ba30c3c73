"""What a rule does, step by step, each with all that must hold for it to act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rules.checks.worlds import Worlds
from rules.conditions import Comparison, Condition
from rules.document.problem import join
from rules.facts import FactPath
from rules.operators import operators
from rules.rule import Rule
from rules.solver.search import Goal
from rules.solver.solve import NO, UNDECIDED, Answer, World, can_hold
from rules.solver.verdicts import FALSE, TRUE
from rules.sources import Relation
from rules.step import Step
from rules.values import FactValue, Literal

AT = FactValue(FactPath.parse("event.at"))


@dataclass(frozen=True, slots=True)
class Deed:
    """A step that acts, at its `pointer`; for each row of a relation where that is `each`. `needs` are the ids of the
    steps that come before it in any case."""

    rule: Rule
    step: Step
    pointer: str
    goals: tuple[Goal, ...]
    each: Relation | None = None
    needs: frozenset[str] = field(default_factory=frozenset)

    def worlds(self, worlds: Worlds) -> list[World]:
        return worlds.of(self.rule) if self.each is None else worlds.of_row(self.rule, self.each)


def deeds(rule: Rule) -> Iterator[Deed]:
    """Every step of a rule that does something, also inside blocks."""
    yield from _deeds(rule, rule.steps, "/then", goals_of(rule), None)


def goals_of(rule: Rule) -> tuple[Goal, ...]:
    """What must hold for a rule to be true: its condition, and the time for which it is."""
    own = () if rule.condition is None else ((rule.condition, TRUE),)
    return (*own, *((bound, TRUE) for bound in _bounds(rule)))


def ask(goals: Sequence[Goal], worlds: Sequence[World]) -> Answer:
    """Whether the goals can be met in one of the worlds."""
    undecided = False
    for world in worlds:
        answer = can_hold(goals, world)
        if answer.said == "yes":
            return answer
        undecided = undecided or answer.said == "undecided"
    return UNDECIDED if undecided or not worlds else NO


def compared(path: str, operator: str, value: Any) -> Condition:
    """A comparison of a fact that no document wrote."""
    return Comparison(FactValue(FactPath.parse(path)), operators.get(operator), Literal(value))


def _deeds(
    rule: Rule, steps: Sequence[Step], above: str, goals: tuple[Goal, ...], each: Relation | None
) -> Iterator[Deed]:
    before: list[Goal] = []
    needed: dict[str, frozenset[str]] = {}
    for place, step in enumerate(steps):
        pointer = join(above, place)
        own = () if step.condition is None else ((step.condition, TRUE),)
        others = tuple(before) if step.otherwise else ()
        if step.then:
            yield from _deeds(rule, step.then, join(pointer, "then"), (*goals, *own), step.each)
            continue
        needs = frozenset() if step.needs is None else needed.get(step.needs, frozenset()) | {step.needs}
        needed[step.id] = needs
        yield Deed(rule, step, pointer, (*goals, *own, *others), each or step.each, needs)
        if step.condition is not None and step.each is None:
            before.append((step.condition, FALSE))


def _bounds(rule: Rule) -> Iterator[Condition]:
    """`from` and `until` as comparisons of the event's time."""
    bounds: tuple[tuple[date | None, str], ...] = (
        (rule.since, "gte"),
        (rule.until, "lt" if isinstance(rule.until, datetime) else "lte"),
    )
    for moment, operator in bounds:
        if moment is not None:
            yield Comparison(AT, operators.get(operator), Literal(moment))
