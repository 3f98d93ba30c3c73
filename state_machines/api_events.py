"""The log, for programs that read what happened."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from core import event_names, permission
from core.acting import Actor
from core.api import PROBLEMS, Problem, demand_known
from core.events import Event
from core.paging import OldestFirst, page_of
from state_machines.api_asking import actor_of
from state_machines.api_shown import facts_shown

router = Router()


class EventsQuery(OldestFirst):
    subject: Annotated[str | None, Field(max_length=100, description="a reference such as invoice:1042")] = None
    type: Annotated[str | None, Field(max_length=100)] = None
    customer: Annotated[str | None, Field(max_length=100)] = None


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
    actor = actor_of(request)
    if (types := permission.event_types(actor)) is None:
        return Event.objects.all()
    return Event.objects.filter(customer__in=actor.customers or (), type__in=types)


def _shown(event: Event, actor: Actor) -> dict[str, Any]:
    event.facts, event.was = facts_shown(event, actor)
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
    page, last = page_of(events, query)
    return {"items": [_shown(event, actor_of(request)) for event in page], "next": last and last.pk}


@router.get("/{id}", response={200: EventInFull, PROBLEMS: Problem}, summary="Read an event")
def read_event(request: HttpRequest, id: str) -> Any:  # noqa: A002
    """By its name (invoice:1042@3) or its position in the log."""
    return _shown(event_names.find(_visible(request), id), actor_of(request))
