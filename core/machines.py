"""Registering: every machine of every installed app enters the catalog by being a model. Nothing is wired by hand."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import catalog, links, refs
from core.catalog import EventType, Fact, Guard, Kind, MachineSpec, Transition
from core.declare import StateField
from core.errors import NotWired
from core.fitting import demand_fields, demand_names, demand_terminal, related_model
from core.machine import Machine
from core.shape import Shape, demand_safe

FSM_NAMES = frozenset({"self", "instance", "method"})  # django-fsm's own parameters, and those of methods
STANDARD_EVENTS = {"created": _("{noun} created"), "updated": _("{noun} changed"), "deleted": _("{noun} deleted")}


def all_machines() -> list[type[Machine]]:
    """Models of all registered machines, in the order of their nouns."""
    return [refs.MODELS[noun] for noun in sorted(refs.MODELS)]


def state_titles(model: type[Machine]) -> dict[str, str]:
    """The title of each state, in the language of the moment."""
    field: Any = next(one for one in model._meta.concrete_fields if one.name == "state")
    return {str(name): str(title) for name, title in field.flatchoices}


def transition_titles(spec: MachineSpec) -> dict[str, str]:
    """The title of each transition, in the language of the moment."""
    return {name: str(one.title) for name, one in spec.transitions.items()}


def register_all() -> None:
    """Enter every machine of the installed apps into the catalog. Raises NotWired with what to mend."""
    models_found = [model for model in apps.get_models() if issubclass(model, Machine)]
    for model in models_found:
        _declare(model)
    for model in models_found:
        _shape(model)


def _shape(model: type[Machine]) -> None:
    model.shape = Shape(model, model.spec.facts, _noun_of)


def _declare(model: type[Machine]) -> None:
    declared = getattr(model, "machine", None)
    what = f"machine {model._meta.label}"
    if declared is None:
        raise NotWired(what=what, reason="it has no `machine = Declaration(...)`")
    state: Any = next((field for field in model._meta.concrete_fields if field.name == "state"), None)
    if not isinstance(state, StateField) or not state.choices:
        raise NotWired(what=what, reason="its `state` is no StateField with states")
    if not isinstance(model._meta.pk, models.BigAutoField) or model._meta.parents:
        raise NotWired(what=what, reason="it needs a BigAutoField key of its own and no parent table")
    demand_names(declared)
    demand_fields(model)
    states = tuple(str(value) for value, _title in state.flatchoices)
    transitions = _transitions(model, states)
    facts = _facts(declared.noun, declared.facts, states)
    spec = MachineSpec(
        noun=declared.noun,
        title=declared.title,
        states=states,
        initial=str(state.default),
        facts=facts,
        transitions=transitions,
        related={name: _noun_of(related_model(model, path)) for name, path in declared.related.items()},
        relations={relation.name: relation for relation in declared.relations},
        terminal=declared.terminal,
        rank=declared.rank,
        label=model._meta.label,
    )
    demand_terminal(model, spec)
    model.spec = catalog.machines.add(declared.noun, spec)
    refs.MODELS[declared.noun] = model
    for event in _event_types(spec, declared.events):
        catalog.event_types.add(event.name, event)


def _transitions(model: type[Machine], states: tuple[str, ...]) -> dict[str, Transition]:
    found = {}
    for name in sorted(dir(model)):
        spec: Any = getattr(getattr(model, name, None), "spec", None) if name not in {"spec", "shape"} else None
        if not isinstance(spec, Transition):
            continue
        if taken := sorted(set(spec.arguments) & (FSM_NAMES | {_row_name(guard) for guard in spec.guards})):
            reason = f'its argument "{taken[0]}" must have another name: the row itself goes by that one'
            raise NotWired(what=f"transition {model.machine.noun}.{name}", reason=reason)
        for state in (*spec.sources, spec.target):
            if state not in states:
                raise NotWired(what=f"transition {model.machine.noun}.{name}", reason=f'there is no state "{state}"')
        found[name] = spec
    return found


def _row_name(guard: Guard) -> str:
    return next(iter(inspect.signature(guard.check).parameters), "")


def _facts(noun: str, declared: tuple[Fact, ...], states: tuple[str, ...]) -> tuple[Fact, ...]:
    ref = Fact("ref", Kind.REF, title=_("reference"), read=lambda row: row.ref)
    facts = (ref, Fact("state", Kind.TEXT, title=_("state"), choices=states), *declared)
    for fact in facts:
        demand_safe(noun, fact)
    return facts


def _event_types(spec: MachineSpec, further: tuple[EventType, ...]) -> list[EventType]:
    names: dict[str, EventType] = {}
    for suffix, title in STANDARD_EVENTS.items():
        name = f"{spec.noun}.{suffix}"
        names[name] = EventType(name=name, title=format_lazy(title, noun=spec.title), noun=spec.noun)
    for transition in spec.transitions.values():
        names[transition.event] = EventType(name=transition.event, title=transition.title, noun=spec.noun)
    for event in (*further, *_link_events(spec)):
        names[event.name] = replace(event, noun=event.noun or spec.noun)
    return list(names.values())


def _link_events(spec: MachineSpec) -> list[EventType]:
    """Of relations that tell, for the parent and for what is linked; the latter are declared with the parent."""
    pairs = [(spec.noun, other.noun) for other in spec.relations.values() if other.tells]
    linked = (Fact("linked", Kind.REF, title=_("linked object")),)
    titles = {links.LINKED: _("{noun}: {other} linked"), links.UNLINKED: _("{noun}: {other} unlinked")}
    return [
        EventType(f"{noun}.{other}_{what}", format_lazy(title, noun=noun, other=other), noun, linked)
        for one, two in pairs
        for noun, other in ((one, two), (two, one))
        for what, title in titles.items()
    ]


def _noun_of(model: type[models.Model] | None) -> str:
    declared = getattr(model, "machine", None)
    if declared is None:
        raise NotWired(what=getattr(model, "__name__", "something"), reason="a related object must be a machine too")
    return str(declared.noun)
