"""What the events of one rule carry, as far as it is declared; and how bad it is when something is not."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from core import catalog as declarations
from core.catalog import EventType, Fact, Kind
from core.errors import nearest
from core.said import Said, said
from rules.aggregates import ITEM
from rules.document.problem import Severity
from rules.facts import ENVELOPE, FactPath
from rules.patterns import fits, is_pattern
from rules.rule import Rule
from rules.solver.witness import Witness
from rules.sources import Relation, Source

TRANSITION = ("name", "from", "to")
MOMENT = (
    Fact("moment.rule", Kind.TEXT),
    Fact("moment.number", Kind.INTEGER),
    Fact("moment.offset", Kind.TEXT),
    Fact("moment.last", Kind.BOOLEAN),
)
_PARTS = {"minor": Kind.INTEGER, "currency": Kind.TEXT}


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one rule; `pointer` is within the rule, `code` names the check (rules.checks.listed)."""

    severity: Severity
    pointer: str
    message: Said
    code: str = ""
    witness: Witness | None = field(default=None, compare=False)


class Scope:
    """The declared event types that a rule's `when` fits, or the object that it hangs on in time. `complete` where it
    fits declared ones only, so that what they carry is known."""

    def __init__(self, rule: Rule, catalog: Any = declarations, *, strict: bool = False) -> None:
        self.catalog = catalog
        self.strict = strict
        self.types: dict[str, EventType] = {}
        self.complete = True
        for when in () if rule.timing else rule.when:
            found = [kind for kind in catalog.event_types if fits(when, kind.name)]
            bounded = not is_pattern(when) or when.split(".")[0] in catalog.machines
            self.complete = self.complete and bool(found) and bounded
            self.types |= {kind.name: kind for kind in found}
        self.nouns = {kind.noun for kind in self.types.values() if kind.noun}
        self.facts: dict[str, Fact] = {}
        for name in self.types:
            self.facts |= catalog.facts_of_event(name) or {}
        if rule.timing is not None:
            self._hangs_on(rule.timing.noun)
        self.row: str | None = None
        self.in_a_row = False

    def _hangs_on(self, noun: str) -> None:
        """A moment carries what is known of its object, and which moment it is."""
        self.facts = {fact.name: fact for fact in MOMENT}
        self.complete = not noun or noun in self.catalog.machines
        if noun in self.catalog.machines:
            self.nouns = {noun}
            self.facts |= self.catalog.facts_of(noun)

    def in_row(self, source: Source) -> Scope:
        """This scope inside a row: a related object with its own facts, or an earlier event with all of its facts, those
        of its subject without the noun too. Where it is not certain what the rows are, they may have any fact."""
        made, noun = copy.copy(self), self.row_noun(source)
        made.row, made.in_a_row = noun, True
        facts = {fact.name: fact for fact in self.catalog.machines.get(noun).facts} if noun else {}
        if not isinstance(source, Relation):
            facts = (self.catalog.facts_of_event(source.type) or {}) | facts
        row = {f"{ITEM}.{path}": fact for path, fact in facts.items()} or {ITEM: Fact(ITEM, Kind.ANY)}
        made.facts = {**self.facts, **row}
        return made

    def named(self, noun: str) -> dict[str, str]:
        """What an event of machine `noun` knows by name -> the noun of that."""
        own = self.catalog.machines.get(noun).related
        return {"subject": noun, noun: noun, **({"customer": "customer"} if "customer" in own else {}), **own}

    def row_noun(self, source: Source) -> str | None:
        """The machine that the rows of a relation are, or of which events tell; None where that is not certain."""
        if not isinstance(source, Relation):
            kind = self.catalog.event_types.find(source.type)
            return kind.noun if kind else None
        found = set()
        for noun in self.nouns:
            owner = self.catalog.machines.find(self.named(noun).get(source.owner, ""))
            relation = owner.relations.get(source.name) if owner else None
            found.add(relation.noun if relation and relation.noun in self.catalog.machines else None)
        return found.pop() if len(found) == 1 and self.complete else None

    def cap(self, source: Relation) -> int:
        """How many rows a relation has at most."""
        owners = (self.catalog.machines.find(self.named(noun).get(source.owner, "")) for noun in self.nouns)
        return max(
            (one.relations[source.name].cap for one in owners if one and source.name in one.relations), default=0
        )

    def level(self, name: str) -> Severity:
        """An error where the noun, the first part of `name`, is a declared machine; else only a warning."""
        return "error" if self.strict or name.split(".")[0] in self.catalog.machines else "warning"

    def find(self, path: FactPath) -> Fact | None:
        """The declaration of a fact, with the kind that it has under the path's suffix."""
        found = self._declared(path.base)
        if found is None or path.suffix in ("", "was"):
            return found if not path.suffix or found is None else replace(found, optional=True)
        kind = Kind.NUMBER if path.suffix == "change_percent" else found.kind
        return replace(found, kind=kind, choices=(), optional=True)

    def unknown(self, path: FactPath) -> tuple[Severity, Said] | None:
        """Why no event of this rule is declared to carry the fact; None where one is."""
        noun, _, rest = path.base.partition(".")
        for envelope, names in (("event", ENVELOPE), ("transition", TRANSITION)):
            if noun == envelope and rest:
                known = [f"{envelope}.{name}" for name in names]
                return (
                    None
                    if rest in names
                    else (
                        "error",
                        said("{base} is none of {known}; use one of these", base=path.base, known=", ".join(known)),
                    )
                )
        if noun == ITEM and path.suffix:
            return "error", said("a row has no former values; write {base}", base=path.base)
        if self._declared(path.base) is not None:
            return None
        if noun == ITEM and self.row:
            own = [f"{ITEM}.{fact.name}" for fact in self.catalog.machines.get(self.row).facts]
            return "error", said(
                '{row} has no fact "{rest}"; correct it.{near}',
                row=self.row,
                rest=rest,
                near=nearest(path.base, own),
            )
        if noun in self.catalog.machines:
            own = self.catalog.facts_of(noun)
            if path.base not in own:
                return "error", said(
                    '{noun} has no fact "{rest}"; correct it.{near}',
                    noun=noun,
                    rest=rest,
                    near=nearest(path.base, list(own)),
                )
            if self.complete:
                return "error", said(
                    "no event of this rule carries {base}; take it out or choose another event", base=path.base
                )
            return None
        return self.level(noun), said(
            'no declared event carries "{base}"; correct it.{near}',
            base=path.base,
            near=nearest(path.base, list(self.facts)),
        )

    def _declared(self, base: str) -> Fact | None:
        found = self.facts.get(base)
        if found is not None:
            return found
        if base.startswith("transition.") and self.nouns and self.complete:
            states = tuple(state for noun in sorted(self.nouns) for state in self.catalog.machines.get(noun).states)
            choices = states if base in ("transition.from", "transition.to") else ()
            return Fact(base, Kind.TEXT, optional=True, choices=choices)
        above, _, part = base.rpartition(".")
        parent = self.facts.get(above) if above else None
        if parent is not None and parent.kind is Kind.MONEY and part in _PARTS:
            return replace(parent, kind=_PARTS[part])
        while above and self.facts.get(above) is None:
            above = above.rpartition(".")[0]
        parent = self.facts.get(above) if above else None
        return parent if parent is not None and parent.kind is Kind.ANY else None


def events(rule: Rule, scope: Scope) -> Iterator[Finding]:
    """Event types of `when` that nobody declared."""
    several = isinstance(rule.document.get("when"), list)
    for place, when in enumerate(() if rule.timing else rule.when):
        pointer = f"/when/{place}" if several else "/when"
        yield from event(when, pointer, scope)


def calendar(name: Any, pointer: str, scope: Scope) -> Iterator[Finding]:
    known = scope.catalog.calendars.names()
    if name not in known:
        near = nearest(str(name), known) or said(" Possible: {known}.", known=", ".join(known) or said("none"))
        yield Finding(
            "error",
            pointer,
            said('there is no calendar "{name}"; correct it or declare it.{near}', name=name, near=near),
        )


def event(when: str, pointer: str, scope: Scope) -> Iterator[Finding]:
    if when == "*" or any(fits(when, kind.name) for kind in scope.catalog.event_types):
        return
    known = scope.catalog.event_types.names()
    says = said("no declared event fits") if is_pattern(when) else said("no event is declared as")
    yield Finding(
        scope.level(when),
        pointer,
        said('{says} "{when}"; correct it or declare it.{near}', says=says, when=when, near=nearest(when, known)),
    )


def related(name: str | None, pointer: str, scope: Scope) -> Iterator[Finding]:
    """A name of something that the events of this rule do not know."""
    known = {name for noun in scope.nouns for name in scope.named(noun)}
    if name is None or name in known | {"subject", "customer"} or (name == ITEM and scope.in_a_row):
        return
    severity = "error" if scope.complete and scope.nouns else scope.level(name)
    says = said('"{name}" is not related to what this rule is about', name=name)
    known_too = sorted(known | {"subject", "customer"})
    yield Finding(
        severity,
        pointer,
        said(
            "{says}; write one of {known}.{near}",
            says=says,
            known=", ".join(known_too),
            near=nearest(name, known_too),
        ),
    )
