"""The log, for programs that read what happened."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from core import event_names, permission
from core.acting import Actor
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.events import Event

router = Router()
MAX_POSITION = 2**63 - 1


class EventsQuery(Closed):
    subject: Annotated[str | None, Field(max_length=100, description="a reference such as invoice:1042")] = None
    type: Annotated[str | None, Field(max_length=100)] = None
    customer: Annotated[str | None, Field(max_length=100)] = None
    after: Annotated[int, Field(ge=0, le=MAX_POSITION, description="`next` of the page before")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EventInFull(Schema):
    """An event in the shape of the history files, with its place in the log and in its causal chain."""

    id: str
    position: int
    type: str
    subject: str
    sequence: int
    at: str
    customer: str | None = None
    actor: str
    facts: dict[str, Any]
    was: dict[str, Any] = {}
    correlation: str
    cause: int | None = None
    depth: int
    request_id: str


class EventsListed(Schema):
    items: list[EventInFull]
    next: int | None = None


def _visible(request: HttpRequest) -> QuerySet[Event]:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    permission.demand_reader(actor)
    return Event.objects.filter(customer=actor.customer) if actor.customer else Event.objects.all()


def _shown(event: Event) -> dict[str, Any]:
    chain = {name: getattr(event, name) for name in ("correlation", "cause", "depth", "request_id")}
    return {**event.as_document(), "position": event.pk, **chain}


@router.get("", response={200: EventsListed, PROBLEMS: Problem}, summary="List events")
def list_events(request: HttpRequest, query: Query[EventsQuery]) -> Any:
    """In the order of the log. Go on with `after` set to `next` until it is null."""
    demand_known(request, query)
    events = _visible(request).filter(pk__gt=query.after).order_by("pk")
    for name in ("subject", "type", "customer"):
        if (value := getattr(query, name)) is not None:
            events = events.filter(**{name: value})
    page = list(events[: query.limit + 1])
    more = len(page) > query.limit
    page = page[: query.limit]
    return {"items": [_shown(event) for event in page], "next": page[-1].pk if more else None}


@router.get("/{id}", response={200: EventInFull, PROBLEMS: Problem}, summary="Read an event")
def read_event(request: HttpRequest, id: str) -> Any:  # noqa: A002
    """By its name (invoice:1042@3) or its position in the log."""
    return _shown(event_names.find(_visible(request), id))
