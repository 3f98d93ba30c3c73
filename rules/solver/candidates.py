"""For each term the values that are tried: enough to stand for all others, where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from rules.conditions import ItemTest
from rules.kinds import as_moment, kind_of
from rules.solver.atoms import TIMED, VAGUE, Atom, Term
from rules.solver.cells import numbers, subsets, texts
from rules.solver.domains import ANYTHING, Domain

MAX_TOGETHER = 3  # terms that are compared with one another, of which all is known
CURRENCIES = ("RON", "EUR", "USD", "GBP", "CHF")
OPEN, CLOSED = "2026-03-03T10:00:00+00:00", "2026-03-01T03:00:00+00:00"
_OF_LISTS = {"contains", "any_item", "all_items"}
_ODD: dict[str, Any] = {}  # a value of no kind


@dataclass(frozen=True, slots=True)
class Tried:
    """The values of one term that are tried. They are `complete` where they stand for all others, save the `loose` ones,
    of which the others in their place may be something else to an operator such as `contains`."""

    term: Term
    values: tuple[Any, ...]
    complete: bool
    loose: frozenset[int] = frozenset()


def tried(term: Term, domain: Domain, atoms: Sequence[Atom], together: int, mine: Sequence[Any]) -> Tried:
    """What to try for a term that `atoms` ask about. It is compared with further terms, `together` so many in all, and
    directly or by way of these with the values `mine`."""
    made = _Made(domain, atoms, mine, together)
    if named := domain.choices or domain.some:
        extra = [None] if domain.unset else []
        return Tried(term, (*sorted(named, key=lambda one: one not in mine), *extra), complete=domain.certain)
    made.fill()
    if domain.unset:
        made.values.append(None)
    if domain.odd:
        made.values.append(_ODD)
    complete = made.complete and domain.certain and together <= MAX_TOGETHER
    return Tried(term, tuple(made.values), complete, frozenset(made.loose))


class _Made:
    """Values in the making."""

    def __init__(self, domain: Domain, atoms: Sequence[Atom], constants: Sequence[Any], each: int) -> None:
        self.domain, self.atoms, self.constants = domain, atoms, constants
        self.each = max(1, min(each, MAX_TOGETHER))
        self.names = {atom.name for atom in atoms}
        self.timed = any(_in_time(atom) for atom in atoms)
        self.values: list[Any] = []
        self.loose: list[int] = []
        self.complete = True

    def fill(self) -> None:
        kinds = self.domain.kinds
        wanted = [kind_of(constant) for constant in self.constants]
        order = sorted(kinds, key=lambda kind: (-wanted.count(kind), kind))
        for kind in order:
            getattr(self, f"_{kind}")()

    def _of(self, kind: str) -> list[Any]:
        return [constant for constant in self.constants if kind_of(constant) == kind]

    def _number(self) -> None:
        bounds = [bound for bound in (self.domain.low, self.domain.high) if bound is not None]
        found = numbers([*self._of("number"), *bounds], whole=self.domain.whole, each=self.each)
        self.values += [number for number in found if self.domain.allows(number)]

    def _money(self) -> None:
        known = list(dict.fromkeys(amount["currency"] for amount in self._of("money")))
        others = [name for name in (*CURRENCIES, "XAA", "XAB", "XAC") if name not in known][: self.each]
        named = [self.domain.currency] if self.domain.currency else [*known, *others]
        ends = [bound for bound in (self.domain.low, self.domain.high) if bound is not None]
        for currency in named:
            minors = [one["minor"] for one in self._of("money") if one["currency"] == currency]
            found = numbers([*minors, *ends] or [10_000], whole=True, each=self.each)
            self.values += [{"minor": one, "currency": currency} for one in found if self.domain.allows(one)]

    def _boolean(self) -> None:
        self.values += [True, False]

    def _text(self) -> None:
        constants = self._of("text")
        if self.timed or (self.domain.dated and self.names & {"during"}):
            self._times()
        if self.domain.dated:
            if not self.timed:
                self._days(constants)
            return
        prefixes = [text for atom in self.atoms if atom.name == "starts_with" for text in atom.constants]
        seeds = self._seeds(prefixes)
        found, enough = texts([*constants, *seeds], [text for text in prefixes if type(text) is str], each=self.each)
        self.complete = self.complete and enough
        fixed = {*constants, *seeds}
        for text in [*[one for one in found if one in fixed], *[one for one in found if one not in fixed]]:
            if self.names & VAGUE and text not in fixed:
                self.loose.append(len(self.values))
            self.values.append(text)
        if "during" in self.names:
            self.values += [OPEN, CLOSED]

    def _seeds(self, prefixes: Sequence[Any]) -> list[str]:
        """Texts that begin, go on and end as operators ask."""
        parts = {
            name: [text for atom in self.atoms if atom.name == name for text in atom.constants if type(text) is str][:4]
            for name in ("contains", "ends_with", "matches")
        }
        if not any(parts.values()):
            return []
        starts = [text for text in prefixes[:4] if type(text) is str]
        middle = "".join(parts["contains"])
        found = {middle, *parts["contains"], *parts["matches"]}
        found |= {start + middle + end for start in ("", *starts) for end in ("", *parts["ends_with"])}
        return sorted(found)

    def _list(self) -> None:
        lists = self._of("list")
        inner = self.domain.of or ANYTHING
        asked_in = self.each > 1 and "in" in self.names
        if not (lists or asked_in or self.names & _OF_LISTS):
            self.values += [["a"] * times for times in range(self.each)]
            return
        asked = [one for one in self.constants if kind_of(one) != "list"]
        if inner.choices:
            members, complete = list(inner.choices), True
        else:
            kinds = frozenset(kind for one in asked if (kind := kind_of(one))) & inner.kinds or inner.kinds & {"text"}
            made = _Made(replace(inner, kinds=kinds, unset=False), _of_members(self.atoms), asked, 1)
            made.fill()
            members, complete = made.values, made.complete and not made.loose and inner.certain
            if inner.odd:
                members = [*members, _ODD]
        found, enough = subsets(self._telling(members))
        if lists:
            found += [one * 2 for one in found if one in lists]
            self.values += lists
            complete = complete and not self.names & _OF_LISTS
        self.complete = self.complete and enough and complete and self.each == 1 and not any(map(_nested, lists))
        self.values += found

    def _telling(self, members: list[Any]) -> list[Any]:
        """Of members of which everything that is asked says the same, one."""
        alone = [atom for atom in self.atoms if len(atom.terms) == 1]
        if len(alone) < len(self.atoms):
            return members
        said = {tuple(atom.says({atom.terms[0].key: [member]}) for atom in alone): member for member in members[::-1]}
        return list(said.values())[::-1]

    def _times(self) -> None:
        """Dates and times around those named, in the shapes in which texts can be compared with these."""
        moments = [moment for one in self.constants if (moment := as_moment(one)) is not None]
        aware = [one for one in moments if isinstance(one, datetime) and one.tzinfo]
        naive = [one for one in moments if isinstance(one, datetime) and not one.tzinfo]
        days = sorted({_day(one) for one in moments} or {date(2026, 3, 3)})
        near = sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1) if _movable(day)})
        if self.domain.dated != "moment":
            self.values += [day.isoformat() for day in near]
        if self.domain.dated != "date":
            hours = [f"{day.isoformat()}T10:00:00" for day in near]
            exact = [one + timedelta(seconds=step) for one in (*aware, *naive) for step in (-1, 0, 1) if _movable(one)]
            self.values += [f"{hour}+00:00" for hour in hours]
            self.values += [one.isoformat() for one in exact]
            self.values += hours
        sorts = [len(moments) > len(aware) + len(naive), bool(aware), bool(naive)]
        close = any(abs((one - other).total_seconds()) < 3 for one in aware for other in aware if one != other)
        between = (
            self.names - TIMED - {"exists", "changed"} - ({"gt", "lt", "between"} if self._only_times() else set())
        )
        self.complete = self.complete and sum(sorts) <= 1 and not between and not close and self.each == 1
        if self.domain.dated == "date":
            self.complete = not between and self.each == 1

    def _only_times(self) -> bool:
        return all(_in_time(atom) for atom in self.atoms if atom.name in ("gt", "lt", "between"))

    def _days(self, constants: Sequence[str]) -> None:
        """Dates, or times, that are compared as texts: of constants that are such, those around them."""
        days = [day for text in constants if isinstance(day := as_moment(text), date)]
        near = sorted({_day(day) + timedelta(days=step) for day in days or [date(2026, 3, 3)] for step in (-1, 0, 1)})
        self.values += [*constants, *(text for day in near if (text := self._dated(day)) not in constants)]
        exact = self.domain.dated == "date" and len(days) == len(constants) and self.each == 1
        self.complete = exact and not any(isinstance(day, datetime) for day in days) and not self.names & VAGUE

    def _dated(self, day: date) -> str:
        return day.isoformat() if self.domain.dated == "date" else f"{day.isoformat()}T10:00:00+00:00"


def _of_members(atoms: Sequence[Atom]) -> list[Atom]:
    """The atoms that ask about members, as atoms about one of them."""
    tests = [(atom, wanted) for atom in atoms if isinstance(wanted := atom.leaf.wanted, ItemTest)]
    return [replace(atom, leaf=replace(atom.leaf, operator=wanted.operator)) for atom, wanted in tests]


def _in_time(atom: Atom) -> bool:
    return atom.name in TIMED or any(isinstance(constant, date) for constant in atom.constants)


def _nested(value: Any) -> bool:
    return any(type(item) in (list, dict) for item in value)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _movable(moment: date) -> bool:
    return 2 < moment.year < 9998
