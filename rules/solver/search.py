"""Looks for values under which conditions come out as asked; or shows that there are none. Bounded in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.conditions import All, AnyOf, Comparison, Condition, Not
from rules.solver.candidates import Tried
from rules.solver.verdicts import ANY, FALSE, TRUE, UNKNOWN, flipped

Goal = tuple[Condition, int]  # a condition and the verdicts that it may have
Values = dict[str, Any]


TRIES = 20  # of values that are not accepted, before others are looked for


class TooMuch(Exception):
    """More steps than are worth it."""


@dataclass(slots=True)
class Asked:
    """One atom over the values that are tried: for each verdict the places, as bits, at which an atom of one term has it
    (`actual`), and at which nothing says that it cannot (`possible`). Atoms of several terms have none."""

    terms: tuple[str, ...]
    says: Callable[[Mapping[str, Any]], int]
    exact: bool
    actual: dict[int, int] = field(default_factory=dict)
    possible: dict[int, int] = field(default_factory=dict)

    def places(self, wanted: int, *, actual: bool) -> int:
        found, places = self.actual if actual else self.possible, 0
        for verdict in (TRUE, FALSE, UNKNOWN):
            places |= found[verdict] if wanted & verdict else 0
        return places


@dataclass
class Search:
    """`look(told)` finds the atom of a comparison, and whether it is asked the other way round. `accept(values)` says
    whether values that were found hold indeed; they may miss what nothing is asked of."""

    tried: Mapping[str, Tried]
    look: Callable[[Comparison], tuple[str, Asked, bool]]
    accept: Callable[[Values], bool]
    steps: int
    unsure: bool = False

    def run(self, goals: Sequence[Goal]) -> bool | None:
        """True where `accept` did; False where no values can do it; None where that is not certain."""
        everything = {name: (1 << len(one.values)) - 1 for name, one in self.tried.items()}
        try:
            found = self._solve(list(goals), [], everything, everything, {})
        except TooMuch:
            return None
        return True if found else None if self.unsure else False

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise TooMuch

    def _solve(
        self,
        goals: list[Goal],
        choices: list[list[Goal]],
        possible: dict[str, int],
        actual: dict[str, int],
        wanted: dict[str, tuple[Asked, int]],
    ) -> bool:
        """Depth first: what must hold in any case, then the shortest choice."""
        self._step()
        possible, actual, wanted, choices = dict(possible), dict(actual), dict(wanted), list(choices)
        goals = list(goals)
        while goals:
            condition, verdicts = goals.pop()
            if isinstance(condition, Not):
                goals.append((condition.item, flipped(verdicts)))
            elif isinstance(condition, Comparison):
                if not self._ask(condition, verdicts, possible, actual, wanted):
                    return False
            elif verdicts != ANY:
                every, some = _unfolded(condition.items, verdicts, isinstance(condition, All))
                goals += every
                choices += some
        if not choices:
            return self._finish(possible, actual, wanted)
        choices.sort(key=len)
        first, *rest = choices
        return any(self._solve([goal], rest, possible, actual, wanted) for goal in first)

    def _ask(
        self,
        leaf: Comparison,
        verdicts: int,
        possible: dict[str, int],
        actual: dict[str, int],
        wanted: dict[str, tuple[Asked, int]],
    ) -> bool:
        told, atom, contrary = self.look(leaf)
        verdicts = flipped(verdicts) if contrary else verdicts
        left = wanted.get(told, (atom, ANY))[1] & verdicts
        if not left:
            return False
        wanted[told] = atom, left
        if len(atom.terms) == 1:
            name = atom.terms[0]
            possible[name] &= atom.places(left, actual=False)
            actual[name] &= atom.places(left, actual=True)
            return bool(possible[name])
        return bool(atom.terms) or bool(atom.says({}) & left)

    def _finish(
        self, possible: dict[str, int], actual: dict[str, int], wanted: Mapping[str, tuple[Asked, int]]
    ) -> bool:
        together = [(atom, verdicts) for atom, verdicts in wanted.values() if len(atom.terms) > 1]
        asked = {name for atom, _verdicts in wanted.values() for name in atom.terms}
        tries = TRIES
        if all(actual[name] for name in asked):
            for values in self._assign(sorted(asked, key=lambda one: actual[one].bit_count()), actual, together, {}):
                if self.accept(values):
                    return True
                self.unsure = True
                tries -= 1
                if not tries:
                    return False
        known = [pair for pair in together if pair[0].exact]
        sure = [pair for pair in known if all(self.tried[name].complete for name in pair[0].terms)]
        names = sorted(
            {name for atom, _verdicts in sure for name in atom.terms}, key=lambda one: possible[one].bit_count()
        )
        if next(self._assign(names, possible, sure, {}), None) is not None:
            self.unsure = True
        return False

    def _assign(
        self, names: Sequence[str], places: Mapping[str, int], together: Sequence[tuple[Asked, int]], values: Values
    ) -> Iterator[Values]:
        """Values for `names` at these places, under which the atoms of several terms come out as asked."""
        if not names:
            yield dict(values)
            return
        name, *rest = names
        ready = [(atom, wanted) for atom, wanted in together if name in atom.terms and _known(atom, name, values)]
        for place, value in enumerate(self.tried[name].values):
            if not places[name] >> place & 1:
                continue
            values[name] = value
            if together:
                self._step()
            if all(atom.says(values) & wanted for atom, wanted in ready):
                yield from self._assign(rest, places, together, values)
            del values[name]


def _known(atom: Asked, name: str, values: Values) -> bool:
    return all(term == name or term in values for term in atom.terms)


def _unfolded(items: Sequence[Condition], verdicts: int, every: bool) -> tuple[list[Goal], list[list[Goal]]]:
    """What must be of each part of `all` (or, where not `every`, of `any`) for the whole to have one of these verdicts,
    and of which parts one must be otherwise: the whole is as false as its falsest part, or as true as its truest."""
    best, worst = (TRUE, FALSE) if every else (FALSE, TRUE)
    if verdicts in (best, best | UNKNOWN):
        return [(item, verdicts) for item in items], []
    if verdicts in (worst, worst | UNKNOWN):
        return [], [[(item, verdicts) for item in items]]
    if verdicts == UNKNOWN:
        return [(item, best | UNKNOWN) for item in items], [[(item, UNKNOWN) for item in items]]
    whole = All(tuple(items)) if every else AnyOf(tuple(items))  # one of the two, and not unknown
    return [], [[(whole, TRUE), (whole, FALSE)]]
