"""The transition API: any registered machine's rows, what may be done with them, and doing it."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, Field, Query, Router, Status

from core import catalog, facts, permission, refs
from core.accounts import EVENTS
from core.api import PROBLEMS, Closed, Problem, callers, demand_known
from core.errors import BadArguments
from core.http import sentence
from core.machine import Machine, perform, record
from core.offers import offers
from state_machines import fields
from state_machines.api_asking import Key, actor_of, once, row_for
from state_machines.api_bulk import router as bulk_router
from state_machines.api_events import router as events_router
from state_machines.api_holds import router as holds_router
from state_machines.api_machines import router as machines_router
from state_machines.api_shapes import Created, Happened, Listed, Offered, Offers, RowInFull, happened, offered
from state_machines.creating import create

router = Router()
router.add_router("/machines", machines_router, tags=["machines"])
router.add_router("/events", events_router, tags=["events"])
router.add_router("", bulk_router, tags=["objects"])
router.add_router("", holds_router, tags=["objects"])
objects = Router(tags=["objects"])


class ListQuery(Closed):
    state: str | None = None
    after: Annotated[int, Field(ge=0, le=2**63 - 1, description="`next` of the page before")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ToPerform(Closed):
    name: Annotated[str, Field(max_length=60)]
    arguments: dict[str, Any] = {}
    expected: Annotated[str | None, Field(max_length=40, description="refuse unless this is the state now")] = None


class ToPost(Closed):
    type: Annotated[str, Field(max_length=100)]
    facts: dict[str, Any] = {}


def _shown(row: Machine) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "noun": row.machine.noun,
        "id": row.pk,
        "state": row.state,
        "sequence": row.sequence,
        "facts": facts.freeze(row, row.shape.getters),
    }


@objects.get("/{noun}", response={200: Listed, PROBLEMS: Problem}, summary="List the objects of a machine")
def list_rows(request: HttpRequest, noun: str, query: Query[ListQuery]) -> Any:
    """Oldest first. Go on with `after` set to `next` until it is null."""
    demand_known(request, query)
    actor, model = actor_of(request), refs.model_of(noun)
    rows = permission.visible(actor, model).filter(pk__gt=query.after).order_by("pk")
    if query.state is not None:
        if query.state not in model.spec.states:
            states = ", ".join(model.spec.states)
            raise BadArguments(what=f"a list of {noun}", problem=f"the states are {states}")
        rows = rows.filter(Q(state=query.state))
    page = list(rows[: query.limit + 1])
    more = len(page) > query.limit
    page = page[: query.limit]
    return {"items": [_shown(row) for row in page], "next": page[-1].pk if more else None}


@objects.post("/{noun}", response={201: Created, PROBLEMS: Problem}, summary="Create an object")
def create_row(
    request: HttpRequest, response: HttpResponse, noun: str, given: Body[dict[str, Any]], key: Key = None
) -> Any:
    """The fields are those of `machines/{noun}`; rows of other machines are given as references."""
    actor = actor_of(request)

    def act() -> dict[str, Any]:
        row = create(noun, given, actor)
        return {"ref": row.ref, "id": row.pk, "state": row.state, "sequence": row.sequence}

    return Status(201, once(request, response, key, act))


@objects.get("/{noun}/{id}", response={200: RowInFull, PROBLEMS: Problem}, summary="Read an object")
def read_row(request: HttpRequest, noun: str, id: str) -> Any:  # noqa: A002
    row = row_for(actor_of(request), noun, id)
    return {**_shown(row), "fields": fields.values(row)}


@objects.get("/{noun}/{id}/transitions", response={200: Offers, PROBLEMS: Problem}, summary="What may be done now")
def list_transitions(request: HttpRequest, noun: str, id: str) -> Any:  # noqa: A002
    """Allowed, and blocked with the reason. Guards that need arguments judge them when they are given."""
    actor = actor_of(request)
    row = row_for(actor, noun, id)
    allowed: list[Offered] = []
    blocked: list[Offered] = []
    for offer in offers(row, actor):
        if offer.blocked is None:
            allowed.append(offered(offer.transition))
        else:
            blocked.append(offered(offer.transition, code=offer.blocked.code, reason=sentence(offer.blocked)))
    return {"ref": row.ref, "state": row.state, "allowed": allowed, "blocked": blocked}


@objects.post("/{noun}/{id}/transitions", response={200: Happened, PROBLEMS: Problem}, summary="Perform a transition")
def perform_transition(
    request: HttpRequest,
    response: HttpResponse,
    noun: str,
    id: str,  # noqa: A002
    given: ToPerform,
    key: Key = None,
) -> Any:
    """The state changes and its event is written, or neither."""
    actor = actor_of(request)
    ref = row_for(actor, noun, id).ref

    def act() -> dict[str, Any]:
        return happened(perform(ref, given.name, actor=actor, arguments=given.arguments, expected=given.expected))

    return once(request, response, key, act)


@objects.post(
    "/{noun}/{id}/events",
    auth=callers(EVENTS),
    response={200: Happened, PROBLEMS: Problem},
    summary="Post an event",
)
def post_event(
    request: HttpRequest,
    response: HttpResponse,
    noun: str,
    id: str,  # noqa: A002
    given: ToPost,
    key: Key = None,
) -> Any:
    """For what a monitor or a script saw. Only event types that are declared open to it; the state stays."""
    actor = actor_of(request)
    ref = row_for(actor, noun, id).ref
    permission.demand_operator(actor, given.type)
    open_types = [event.name for event in catalog.event_types if event.noun == noun and event.posted]
    if given.type not in open_types:
        known = ", ".join(open_types) or gettext("none")
        raise BadArguments(what=given.type, problem=gettext("events of %s that may be posted: %s") % (noun, known))
    return once(request, response, key, lambda: happened(record(ref, given.type, given.facts, actor=actor)))


router.add_router("", objects)
