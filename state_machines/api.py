"""The transition API: any registered machine's rows, what may be done with them, and doing it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, Field, Router

from core import catalog, permission
from core.accounts import EVENTS
from core.api import PROBLEMS, Closed, Problem, callers
from core.errors import BadArguments
from core.http import sentence
from core.machine import perform, record
from core.offers import offers
from state_machines.api_asking import Key, actor_of, once, row_for
from state_machines.api_bulk import router as bulk_router
from state_machines.api_events import router as events_router
from state_machines.api_holds import router as holds_router
from state_machines.api_lists import router as lists_router
from state_machines.api_machines import router as machines_router
from state_machines.api_shapes import Happened, Offered, Offers, RowInFull, happened, offered
from state_machines.api_shown import row_in_full
from state_machines.api_timeline import router as timeline_router
from state_machines.editing import edit

router = Router()
router.add_router("/machines", machines_router, tags=["machines"])
router.add_router("/events", events_router, tags=["events"])
router.add_router("", bulk_router, tags=["objects"])
router.add_router("", holds_router, tags=["objects"])
router.add_router("", lists_router, tags=["objects"])
router.add_router("", timeline_router, tags=["objects"])
objects = Router(tags=["objects"])


class ToPerform(Closed):
    name: Annotated[str, Field(max_length=60)]
    arguments: dict[str, Any] = {}
    expected: Annotated[str | None, Field(max_length=40, description="refuse unless this is the state now")] = None


class ToPost(Closed):
    type: Annotated[str, Field(max_length=100)]
    facts: dict[str, Any] = {}


@objects.get("/{noun}/{id}", response={200: RowInFull, PROBLEMS: Problem}, summary="Read an object")
def read_row(request: HttpRequest, noun: str, id: str) -> Any:  # noqa: A002
    actor = actor_of(request)
    return row_in_full(row_for(actor, noun, id), actor)


@objects.patch("/{noun}/{id}", response={200: RowInFull, PROBLEMS: Problem}, summary="Edit an object")
def edit_row(
    request: HttpRequest,
    response: HttpResponse,
    noun: str,
    id: str,  # noqa: A002
    given: Body[dict[str, Any]],
    key: Key = None,
) -> Any:
    """The fields are the `edits` of `machines/{noun}`; what changes is an event. State changes by transitions only."""
    actor = actor_of(request)
    row = row_for(actor, noun, id)
    return once(request, response, key, lambda: row_in_full(edit(row, given, actor), actor))


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
