"""What a registered machine is made of: how its rows freeze, what of them is recorded, how their links follow."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from core import catalog, facts, links, schemas
from core.catalog import Fact
from core.errors import BadFacts, NotWired, Sealed
from core.events import Event
from core.locked_query import LockedQuery

if TYPE_CHECKING:
    from core.machine import Machine


OWN_FACTS = "own facts"  # where a snapshot keeps them; no column has a blank in its name


class Shape:
    """Prepared once per machine, when it is registered; everything here reads rows and writes none but links."""

    def __init__(
        self, model: type[Machine], own: tuple[Fact, ...], noun_of: Callable[[type[models.Model]], str]
    ) -> None:
        declared = model.machine
        self.noun = declared.noun
        self.own_facts = own
        self.getters = [(fact.name, facts.getter(fact, model, noun_of)) for fact in own]
        self.fields = [(field.attname, str(field.column), field) for field in model._meta.concrete_fields]
        self.related: list[tuple[str, Callable[[Any], Any]]] = []
        self.joins: list[str] = []
        for name, path in declared.related.items():
            self.related.append((name, _walk(path)))
            self.joins.append(path.replace(".", "__"))
        self.links = dict(declared.links)
        self.sealed = {str(model._meta.get_field(name).column) for name in declared.sealed}  # type: ignore[union-attr]
        self.arguments = {
            name: schemas.Check(schemas.of_arguments(spec.arguments, spec.required))
            for name, spec in model.spec.transitions.items()
        }
        self._model = model
        self._checks: dict[str, schemas.Check] = {}
        self._locked_query: LockedQuery | None = None

    def locked_query(self) -> LockedQuery:
        """The query that locks a row of this machine; made at the first use, when the database can be asked."""
        if self._locked_query is None:
            self._locked_query = LockedQuery(self._model, self.joins)
        return self._locked_query

    def freeze(self, row: Machine, own: dict[str, Any] | None = None) -> dict[str, Any]:
        """The nested facts of an event of this row: its own, its customer's, and those of its related rows."""
        frozen = {self.noun: own if own is not None else facts.freeze(row, self.getters)}
        for name, walk in self.related:
            if (other := walk(row)) is not None:
                frozen[name] = facts.freeze(other, other.shape.getters)
        return frozen

    def facts(
        self,
        row: Machine,
        event_type: str,
        own: dict[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The facts of an event of this row, with further ones of its own. Raises BadFacts."""
        found = self.freeze(row, own)
        found.update(extra or {})
        if problem := self.check(event_type).problem(found):
            raise BadFacts(event_type=event_type, problem=problem)
        return found

    def snapshot(self, row: Machine) -> dict[str, Any]:
        """All columns and own facts as they are now, for comparison after a change."""
        values = row.__dict__
        columns = {attname: _still(values.get(attname)) for attname, _column, _field in self.fields}
        columns[OWN_FACTS] = facts.freeze(row, self.getters)
        return columns

    def was(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """The former value of each own fact that changed, by full path; None for one that had no value."""
        old, new = before[OWN_FACTS], after[OWN_FACTS]
        return {f"{self.noun}.{name}": old.get(name) for name in {**old, **new} if old.get(name) != new.get(name)}

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """Column -> database value of each field that changed. Raises Sealed for one that may not change any more."""
        changed = {
            column: field.get_db_prep_save(after[attname], connection)
            for attname, column, field in self.fields
            if after[attname] != before[attname] and attname != "sequence"
        }
        if (
            self.sealed
            and before["state"] != self._model.spec.initial
            and (fixed := sorted(self.sealed & set(changed)))
        ):
            raise Sealed(ref=f"{self.noun}:{before['id']}", state=before["state"], fields=", ".join(fixed))
        return changed

    def customer(self, row: Machine) -> str:
        """The reference of the row's customer; its own for a customer; empty where it has none."""
        if self.noun == "customer":
            return row.ref
        for name, walk in self.related:
            if name == "customer":
                other = walk(row)
                return other.ref if other is not None else ""
        return ""

    def check(self, event_type: str) -> schemas.Check:
        """The prebuilt check of the facts of one event type."""
        if event_type not in self._checks:
            declared = catalog.event_types.get(event_type)
            nouns = {self.noun: schemas.of_facts(self.own_facts)}
            for name, other in catalog.machines.get(self.noun).related.items():
                nouns[name] = schemas.of_facts(catalog.machines.get(other).facts)
            extra = {fact.name: schemas.of_fact(fact) for fact in declared.facts}
            required = [self.noun, *(fact.name for fact in declared.facts if not fact.optional)]
            self._checks[event_type] = schemas.Check(schemas.of_arguments(nouns | extra, required))
        return self._checks[event_type]

    def relink(self, before: Mapping[str, Any], row: Machine, event: Event) -> list[tuple[str, str]]:
        """Begin and end the links that follow from the row's foreign keys. (parent, what happened) of those that tell."""
        told = []
        for attribute, relation in self.links.items():
            field = row._meta.get_field(attribute)
            old, new = before.get(field.attname), getattr(row, field.attname)  # type: ignore[union-attr]
            if old == new:
                continue
            noun = field.related_model.machine.noun  # type: ignore[union-attr]
            tells = field.related_model.spec.relations[relation].tells  # type: ignore[union-attr]
            if old is not None:
                links.end(f"{noun}:{old}", relation, row.ref, until=event.id)
                told += [(f"{noun}:{old}", links.UNLINKED)] if tells else []
            if new is not None:
                links.begin(f"{noun}:{new}", relation, row.ref, since=event.id)
                told += [(f"{noun}:{new}", links.LINKED)] if tells else []
        return told


def _still(value: Any) -> Any:
    """A value that stays as it is when the row's own list or mapping is changed in place."""
    return copy.deepcopy(value) if isinstance(value, list | dict) else value


def _walk(path: str) -> Callable[[Any], Any]:
    if "." not in path:
        return attrgetter(path)
    steps = path.split(".")

    def walk(row: Any) -> Any:
        for step in steps:
            if row is None:
                return None
            row = getattr(row, step)
        return row

    return walk


def demand_safe(noun: str, fact: Fact) -> None:
    """Raise NotWired for open text that nobody promised to be free of persons: events are never erased."""
    open_text = fact.kind is catalog.Kind.TEXT and not fact.choices and fact.name != "ref"
    if open_text and not fact.free_of_persons:
        raise NotWired(
            what=f"fact {noun}.{fact.name}",
            reason="open text may hold a person's data, and events are kept for ever; give it choices, or declare it "
            "free_of_persons",
        )
