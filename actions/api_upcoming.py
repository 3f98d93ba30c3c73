"""What will happen to an object, over REST: see it, stop it, put it off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from actions import upcoming
from actions.upcoming import Kind
from core.api import PROBLEMS, Closed, Problem
from core.machine import Machine
from core.paging import Id
from rules.api import demand_staff
from state_machines.api_asking import actor_of, row_for

router = Router()


class UpcomingOut(Schema):
    """Something that happens at `due_at` if nothing else does; `needs` says that another step comes before."""

    kind: Kind
    id: int
    due_at: datetime
    subject: str
    rule: str
    says: str
    needs: bool


class ToStop(Closed):
    """Why it is not to happen."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class ToPutOff(Closed):
    """The time at which it is to happen instead, with its offset."""

    until: datetime


@router.get(
    "/{noun}/{id}/next", response={200: list[UpcomingOut], PROBLEMS: Problem}, summary="What will happen, and when"
)
def list_upcoming(request: HttpRequest, noun: str, id: str) -> Any:  # noqa: A002
    """If nothing else does: the earliest first, at most 100; of a customer, for all of its objects."""
    return upcoming.of(_row(request, noun, id))


@router.post(
    "/{noun}/{id}/next/{kind}/{key}/stop",
    response={200: list[UpcomingOut], PROBLEMS: Problem},
    summary="Let it not happen",
)
def stop(request: HttpRequest, noun: str, id: str, kind: Kind, key: Id, given: ToStop) -> Any:  # noqa: A002
    """What is to come then; 409 where it does not wait any more."""
    row = _row(request, noun, id)
    upcoming.stop(row, kind, key, given.reason, actor=actor_of(request))
    return upcoming.of(row)


@router.post(
    "/{noun}/{id}/next/{kind}/{key}/put-off", response={200: list[UpcomingOut], PROBLEMS: Problem}, summary="Put it off"
)
def put_off(request: HttpRequest, noun: str, id: str, kind: Kind, key: Id, given: ToPutOff) -> Any:  # noqa: A002
    """What is to come then; 409 where it does not wait any more."""
    row = _row(request, noun, id)
    upcoming.put_off(row, kind, key, given.until, actor=actor_of(request))
    return upcoming.of(row)


def _row(request: HttpRequest, noun: str, id: str) -> Machine:  # noqa: A002
    """The object, for staff. What is to come names rules: a customer's own people are refused, and another customer's
    object is not there for them."""
    row = row_for(actor_of(request), noun, id)
    demand_staff(request)
    return row
