"""Holds of one object over REST: see them, place one, release one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from core import holding, permission
from core.api import PROBLEMS, Closed, Problem
from core.holds import Hold, active
from state_machines.api_asking import actor_of, row_for

router = Router()


class HoldOut(Schema):
    """One transition that is held."""

    transition: str
    cause: str
    by: str
    since: datetime


class ToHold(Closed):
    """Transitions to hold, or "*" for all of the object."""

    transitions: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=50)]
    cause: Annotated[str, Field(min_length=3, max_length=200)]


class ToRelease(Closed):
    """What it was held for."""

    cause: Annotated[str, Field(min_length=3, max_length=200)]


class Named(Schema):
    """The transitions that this call held or released."""

    transitions: list[str]


def _shown(hold: Hold) -> dict[str, Any]:
    return {"transition": hold.transition, "cause": hold.cause, "by": hold.actor, "since": hold.since}


@router.get("/{noun}/{id}/holds", response={200: list[HoldOut], PROBLEMS: Problem}, summary="What is held, and why")
def list_holds(request: HttpRequest, noun: str, id: str) -> Any:  # noqa: A002
    """Oldest first."""
    return [_shown(hold) for hold in active(row_for(actor_of(request), noun, id).ref)[:500]]


@router.post("/{noun}/{id}/holds", response={200: Named, PROBLEMS: Problem}, summary="Hold transitions of an object")
def place_hold(request: HttpRequest, noun: str, id: str, given: ToHold) -> Any:  # noqa: A002
    """They are refused with the cause until it is released."""
    actor = actor_of(request)
    ref = row_for(actor, noun, id).ref
    permission.demand_operator(actor, "hold.place")
    return {"transitions": holding.place(ref, given.transitions, given.cause, actor=actor)}


@router.post("/{noun}/{id}/holds/release", response={200: Named, PROBLEMS: Problem}, summary="Release a hold")
def release_hold(request: HttpRequest, noun: str, id: str, given: ToRelease) -> Any:  # noqa: A002
    """All that is held for this cause."""
    actor = actor_of(request)
    ref = row_for(actor, noun, id).ref
    permission.demand_operator(actor, "hold.release")
    return {"transitions": holding.release(ref, given.cause, actor=actor)}
