"""Change requests and scenarios for programs: the same life cycle as on the staff pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from core import event_names
from core.acting import Actor
from core.api import PROBLEMS, Problem
from core.errors import ObjectMissing
from core.events import Event
from core.machine import perform
from core.paging import Id
from rules import api_shapes as shapes
from rules import scenarios as saved
from rules.api import Number, demand_staff, set_named
from rules.change_requests import OPEN, ChangeRequest
from rules.editing import approve, begin, check, edit, settle
from rules.prospects import prospect
from rules.publish import publish, roll_back
from rules.reviewing import as_data
from rules.rule_sets import RuleSetVersion
from rules.scenarios import Scenario
from rules.scheduling import schedule

change_requests = Router()
scenarios = Router()
of_sets = Router()


@of_sets.get(
    "/{key}/change-requests",
    response={200: list[shapes.RequestListed], PROBLEMS: Problem},
    summary="List open change requests",
)
def list_open(request: HttpRequest, key: str) -> Any:
    demand_staff(request)
    rows = _rows().filter(rule_set__key=set_named(key), state__in=OPEN).defer("text")
    return [shapes.listed(row) for row in rows[:200]]


@of_sets.post(
    "/{key}/change-requests", response={201: shapes.RequestInFull, PROBLEMS: Problem}, summary="Begin a change request"
)
def begin_one(request: HttpRequest, key: str, given: shapes.ToBegin) -> Any:
    """Over the live version of the set."""
    actor = demand_staff(request)
    made = begin(set_named(key, new=True), title=given.title, text=given.text or "", actor=actor)
    return Status(201, shapes.in_full(row_of(made.pk)))


@of_sets.post(
    "/{key}/versions/{number}/roll-back",
    response={201: shapes.RequestInFull, PROBLEMS: Problem},
    summary="Roll back to a version",
)
def roll_back_to(request: HttpRequest, key: str, number: Number) -> Any:
    """A change request with the rules of that version; published, it is a new version."""
    actor = demand_staff(request)
    version = RuleSetVersion.objects.filter(rule_set__key=set_named(key), number=number).first()
    if version is None:
        raise ObjectMissing(ref=f"version {number} of {key}")
    return Status(201, shapes.in_full(row_of(roll_back(version, actor=actor).pk)))


@change_requests.get("/{id}", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Read a change request")
def read_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    demand_staff(request)
    return shapes.in_full(row_of(id))


@change_requests.patch(
    "/{id}", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Edit a change request"
)
def edit_one(request: HttpRequest, id: Id, given: shapes.ToEdit) -> Any:  # noqa: A002
    """With another text it is a draft again."""

    def act(row: ChangeRequest, actor: Actor) -> None:
        edit(row, title=given.title, text=given.text, seen=given.seen, actor=actor)
        if given.settled:
            settle(row, actor=actor)

    return _do(request, id, act)


@change_requests.get(
    "/{id}/review", response={200: shapes.Reviewed, PROBLEMS: Problem}, summary="Review a change request"
)
def review_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """What would happen if it were published now."""
    demand_staff(request)
    found = prospect(row_of(id))
    review = found.review
    return {
        "differences": review.said, "findings": [as_data(problem) for problem in review.problems],
        "weight": review.weight, "needed": review.needed, "moves_money": review.money,
        "overlays": [{"set": one.key, "conflicts": one.conflicts, "keeps": one.keeps} for one in found.effects],
        "preview": asdict(found.preview) if found.preview else None,
        "reach": [
            {"name": one.reach.name, "title": str(one.reach.title), "choices": list(one.reach.choices), "count": one.count,
             "listed": one.listed}
            for one in found.reach
        ],
    }  # fmt: skip


@change_requests.post("/{id}/check", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Check it")
def check_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """Its state is `checked` where no finding is an error."""
    return _do(request, id, lambda row, actor: check(row, actor=actor))


@change_requests.post("/{id}/approve", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Approve of it")
def approve_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """Its state is `approved` where no more approvals are demanded."""
    return _do(request, id, lambda row, actor: approve(row, actor=actor))


@change_requests.post("/{id}/publish", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Publish it")
def publish_one(request: HttpRequest, id: Id, given: shapes.ToPublish) -> Any:  # noqa: A002
    return _do(
        request, id,
        lambda row, actor: publish(row, actor=actor, emergency=given.emergency, choices=given.choices),
    )  # fmt: skip


@change_requests.post(
    "/{id}/schedule", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Let it go live later"
)
def schedule_one(request: HttpRequest, id: Id, given: shapes.ToSchedule) -> Any:  # noqa: A002
    return _do(request, id, lambda row, actor: schedule(row, given.at, choices=given.choices, actor=actor))


@change_requests.post("/{id}/withdraw", response={200: shapes.RequestInFull, PROBLEMS: Problem}, summary="Withdraw it")
def withdraw_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    return _do(request, id, lambda row, actor: perform(row.ref, "withdraw", actor=actor))


@scenarios.get("", response={200: dict[str, shapes.ScenarioShape], PROBLEMS: Problem}, summary="List the scenarios")
def list_scenarios(request: HttpRequest) -> Any:
    demand_staff(request)
    return {row.name: {"event": row.event, "expected": row.expected} for row in Scenario.objects.all()}


@scenarios.put("/{name}", response={200: shapes.ScenarioShape, PROBLEMS: Problem}, summary="Save a scenario")
def save_scenario(request: HttpRequest, name: str, given: shapes.ScenarioShape) -> Any:
    row = saved.save(name, given.event, given.expected, actor=demand_staff(request))
    return {"event": row.event, "expected": row.expected}


@scenarios.put(
    "/{name}/from-event",
    response={200: shapes.ScenarioShape, PROBLEMS: Problem},
    summary="Save a real event as a scenario",
)
def save_event(request: HttpRequest, name: str, given: shapes.FromEvent) -> Any:
    actor = demand_staff(request)
    row = saved.from_event(event_names.find(Event.objects.all(), given.event), name=name, actor=actor)
    return {"event": row.event, "expected": row.expected}


@scenarios.delete("/{name}", response={204: None, PROBLEMS: Problem}, summary="Delete a scenario")
def delete_scenario(request: HttpRequest, name: str) -> Any:
    actor = demand_staff(request)
    row = Scenario.objects.filter(name=name).first() if "\x00" not in name else None
    if row is None:
        raise ObjectMissing(ref=f"scenario {name[:100]}")
    saved.delete(row, actor=actor)
    return Status(204, None)


def _rows() -> Any:
    return ChangeRequest.objects.select_related("rule_set", "base", "published").order_by("-pk")


def row_of(key: int) -> ChangeRequest:
    """A change request with what is shown of it. Raises ObjectMissing."""
    found: ChangeRequest | None = _rows().filter(pk=key).first()
    if found is None:
        raise ObjectMissing(ref=f"change_request:{key}")
    return found


def _do(request: HttpRequest, key: int, act: Callable[[ChangeRequest, Actor], object]) -> dict[str, Any]:
    actor = demand_staff(request)
    act(row_of(key), actor)
    return shapes.in_full(row_of(key))
