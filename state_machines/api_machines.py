"""The catalog of machines, for programs that want to know what there is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from core import catalog, refs, schemas
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.catalog import MachineSpec
from core.diagram import draw
from core.errors import BadArguments
from core.machines import state_titles
from state_machines import fields, filters
from state_machines.api_asking import actor_of

router = Router()


class MachineInShort(Schema):
    noun: str
    title: str
    states: list[str]
    initial: str
    terminal: list[str]
    transitions: list[str]


class State(Schema):
    name: str
    title: str


class Guard(Schema):
    name: str
    title: str


class TransitionInFull(Schema):
    """`arguments` is a JSON schema; `roles` are those of staff who may perform it, besides administrators; empty
    means operators. `customer_roles` are those of the customer's own people."""

    name: str
    title: str
    sources: list[str]
    target: str
    event: str
    arguments: dict[str, Any]
    guards: list[Guard]
    roles: list[str]
    customer_roles: list[str]
    moves_money: bool


class FactInFull(Schema):
    """A fact that events carry: its path, its kind, and the JSON schema of its value."""

    path: str
    kind: str
    title: str
    optional: bool
    value: dict[str, Any]


class RelationInFull(Schema):
    name: str
    noun: str
    cap: int


class MachineInFull(Schema):
    """A machine. `fields` is the JSON schema of what creates one, `edits` of what changes one; `filters` are
    what its list is asked by; `diagram` is the address of its picture."""

    noun: str
    title: str
    initial: str
    terminal: list[str]
    states: list[State]
    transitions: list[TransitionInFull]
    facts: list[FactInFull]
    relations: list[RelationInFull]
    events: list[str]
    fields: dict[str, Any]
    edits: dict[str, Any]
    filters: dict[str, Any]
    diagram: str


class DiagramQuery(Closed):
    state: str | None = None


@router.get("", response={200: list[MachineInShort], PROBLEMS: Problem}, summary="List the machines")
def list_machines(request: HttpRequest) -> Any:
    return [
        {
            "noun": spec.noun,
            "title": str(spec.title),
            "states": list(spec.states),
            "initial": spec.initial,
            "terminal": list(spec.terminal),
            "transitions": sorted(spec.transitions),
        }
        for spec in catalog.machines
    ]


@router.get("/{noun}", response={200: MachineInFull, PROBLEMS: Problem}, summary="Describe a machine")
def read_machine(request: HttpRequest, noun: str) -> Any:
    """Its states, transitions with their arguments and guards, facts, relations, and the fields that create one."""
    model = refs.model_of(noun)
    spec = model.spec
    return {
        "noun": spec.noun,
        "title": str(spec.title),
        "initial": spec.initial,
        "terminal": list(spec.terminal),
        "states": [{"name": name, "title": title} for name, title in state_titles(model).items()],
        "transitions": _transitions(spec),
        "facts": _facts(spec),
        "relations": [vars(relation) for relation in spec.relations.values()],
        "events": [event.name for event in catalog.event_types if event.noun == noun],
        "fields": fields.schema(model),
        "edits": fields.edit_schema(model),
        "filters": filters.known(model, actor_of(request)),
        "diagram": f"{request.path.rstrip('/')}/diagram",
    }


_SVG = {"responses": {200: {"description": "OK", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}}


@router.get("/{noun}/diagram", response={PROBLEMS: Problem}, openapi_extra=_SVG, summary="Draw a machine")
def draw_machine(request: HttpRequest, noun: str, query: Query[DiagramQuery]) -> HttpResponse:
    """Its states and transitions as SVG; `state` is drawn lit."""
    demand_known(request, query)
    model = refs.model_of(noun)
    if query.state is not None and query.state not in model.spec.states:
        raise BadArguments(what=f"a diagram of {noun}", problem=f"the states are {', '.join(model.spec.states)}")
    drawn = draw(model.spec, states=state_titles(model), current=query.state)
    return HttpResponse(drawn, content_type="image/svg+xml")


def _transitions(spec: MachineSpec) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "title": str(one.title),
            "sources": list(one.sources),
            "target": one.target,
            "event": one.event,
            "arguments": schemas.of_arguments(one.arguments, one.required),
            "guards": [{"name": guard.name, "title": str(guard.title)} for guard in one.guards],
            "roles": list(one.roles),
            "customer_roles": list(one.customer_roles),
            "moves_money": one.moves_money,
        }
        for _name, one in sorted(spec.transitions.items())
    ]


def _facts(spec: MachineSpec) -> list[dict[str, Any]]:
    return [
        {
            "path": path,
            "kind": fact.kind.value,
            "title": str(fact.title),
            "optional": fact.optional,
            "value": schemas.of_fact(fact),
        }
        for path, fact in catalog.facts_of(spec.noun).items()
    ]
