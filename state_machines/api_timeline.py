"""What happened to one object, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from core import catalog, clock
from core.api import PROBLEMS, Problem, demand_known
from core.events import Event
from core.paging import Page, page_of
from state_machines.api_asking import actor_of, row_for
from state_machines.api_shown import facts_shown

router = Router()


class TimelineQuery(Page):
    before: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="`next` of the page before")] = None


class Changed(Schema):
    """A fact that changed; null where it had, or has, no value."""

    fact: str
    was: Any = None
    now: Any = None


class Lived(Schema):
    """Something that happened to the object: by whom, from which state to which, and what of it changed."""

    id: str
    position: int
    sequence: int
    type: str
    title: str
    at: str
    actor: str
    transition: str
    source: str
    target: str
    changed: list[Changed]
    correlation: str
    cause: int | None = None


class Timeline(Schema):
    ref: str
    items: list[Lived]
    next: int | None = None


@router.get("/{noun}/{id}/timeline", response={200: Timeline, PROBLEMS: Problem}, summary="What happened to an object")
def read_timeline(request: HttpRequest, noun: str, id: str, query: Query[TimelineQuery]) -> Any:  # noqa: A002
    """Newest first. Go on with `before` set to `next` until it is null."""
    demand_known(request, query)
    actor = actor_of(request)
    row = row_for(actor, noun, id)
    events = Event.objects.filter(subject=row.ref).order_by("-sequence")
    if hidden := actor.customers and row.machine.customers.hidden_events:
        events = events.exclude(type__in=hidden)
    if query.before is not None:
        events = events.filter(sequence__lt=query.before)
    page, last = page_of(events, query)
    lived = [_lived(event, *facts_shown(event, actor)) for event in page]
    return {"ref": row.ref, "items": lived, "next": last and last.sequence}


def _lived(event: Event, facts: dict[str, Any], was: dict[str, Any]) -> dict[str, Any]:
    declared = catalog.event_types.find(event.type)
    same = ("sequence", "type", "actor", "transition", "source", "target", "correlation", "cause")
    return {
        **{name: getattr(event, name) for name in same},
        "id": event.name,
        "position": event.pk,
        "title": str(declared.title) if declared else event.type,
        "at": clock.iso(event.at),
        "changed": [{"fact": path, "was": old, "now": _at(facts, path)} for path, old in sorted(was.items())],
    }


def _at(facts: dict[str, Any], path: str) -> Any:
    noun, _dot, name = path.partition(".")
    return facts.get(noun, {}).get(name)
