"""Whatever a machine's declaration names must be there: fields, states, relations. Says in words what is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core import catalog, facts
from core.catalog import MachineSpec
from core.errors import NotWired

if TYPE_CHECKING:
    from core.declare import Declaration
    from core.machine import Machine


RESERVED = (
    "event",
    "transition",
    "moment",
    "item",
    "observed",
    "params",
)  # what conditions and templates call otherwise


def demand_names(declared: Declaration) -> None:
    """Raise NotWired for a noun, or a related name, under which rules see something else than a machine's facts."""
    for name in (declared.noun, *declared.related):
        if name in RESERVED:
            raise NotWired(
                what=f"machine {declared.noun}", reason=f'rules call something else "{name}"; take another word'
            )


def demand_fields(model: type[Machine]) -> None:
    """Raise NotWired for a field that the declaration names and the model has not."""
    declared = model.machine
    for fact in declared.facts:
        for name in facts.columns(fact):
            if not _has(model, name):
                raise NotWired(what=f"fact {declared.noun}.{fact.name}", reason=f'it has no field "{name}"')
    named: dict[str, Iterable[str]] = {
        "recorded": declared.recorded,
        "sealed": declared.sealed,
        "parts": declared.parts,
        "links": declared.links,
        "changes": declared.changes,
        "edits": declared.edits or (),
        "customers": (*declared.customers.fields, *declared.customers.given),
    }
    for part, names in named.items():
        for name in names:
            if not _has(model, name):
                raise NotWired(what=_machine(model), reason=f'{part} names "{name}", which is no field')
    for name, path in declared.related.items():
        if related_model(model, path) is None:
            raise NotWired(what=_machine(model), reason=f'related "{name}" leads by "{path}" to no other row')


def related_model(model: type[models.Model], path: str) -> type[models.Model] | None:
    """The model at the end of an attribute path such as order.customer; None where it leads nowhere."""
    found: Any = model
    for step in path.split("."):
        if found is None or not _has(found, step):
            return None
        found = found._meta.get_field(step).related_model
    return found


def demand_terminal(model: type[Machine], spec: MachineSpec) -> None:
    """Raise NotWired for a terminal state that is none, or that a transition leaves."""
    for state in spec.terminal:
        if state not in spec.states:
            raise NotWired(what=_machine(model), reason=f'its terminal state "{state}" is no state')
        for name, transition in spec.transitions.items():
            if state in transition.sources:
                reason = f'"{state}" is terminal, but transition {name} leads out of it'
                raise NotWired(what=_machine(model), reason=reason)


def loose_ends(all_machines: Iterable[type[Machine]]) -> list[str]:
    """Relations of no machine, and links to relations that their parent does not declare, in words."""
    faults = []
    for model in all_machines:
        noun = model.machine.noun
        faults += [
            f'relation "{relation.name}" of {noun} is of {relation.noun}, which is no machine'
            for relation in model.spec.relations.values()
            if relation.noun not in catalog.machines
        ]
        for attribute, name in model.machine.links.items():
            parent: Any = model._meta.get_field(attribute).related_model
            relation = parent.spec.relations.get(name)
            link = f'{noun} links itself to relation "{name}" of {parent.machine.noun}'
            if relation is None:
                faults.append(f"{link}, which declares no such relation")
            elif relation.noun != noun:
                faults.append(f"{link}, which is of {relation.noun}")
    return faults


def _has(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _machine(model: type[Machine]) -> str:
    return f"machine {model._meta.label}"
