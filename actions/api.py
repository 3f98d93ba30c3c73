"""Action runs for programs: what was asked for, how it went, and trying a dead letter again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from actions.finish import redrive
from actions.replanning import differences, redrive_as_planned_now, replanned
from actions.runs import ActionRun, RunState
from core import audit, permission
from core.acting import Actor
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.errors import NotAllowed, NotPermitted, ObjectMissing, PravilaError
from core.paging import Id, NewestFirst, page_of

router = Router()
SHOWN = ("id", "key", "subject", "customer", "rule", "action", "target", "row", "queue", "state", "attempts", "said")


class NotAskedFor(PravilaError):
    """The rules in force do not ask for {ref} any more. Redrive its stored plan, or cancel it."""

    status = 409
    code = "not-asked-for"


class RunsQuery(NewestFirst):
    state: RunState | None = None
    rule: Annotated[str | None, Field(max_length=100)] = None
    action: Annotated[str | None, Field(max_length=100)] = None
    subject: Annotated[str | None, Field(max_length=100)] = None


class RunListed(Schema):
    id: int
    key: str
    event: int
    subject: str
    customer: str
    rule: str
    action: str
    target: str
    row: str
    queue: str
    state: str
    attempts: int
    said: str
    due_at: str


class AttemptListed(Schema):
    number: int
    started_at: str
    ended: str
    reason: str


class RunInFull(RunListed):
    arguments: dict[str, Any]
    tries: list[AttemptListed]


class RedriveQuery(Closed):
    plan: Annotated[Literal["stored", "live"], Field(description="the plan of its decision, or of the live rules")] = (
        "stored"
    )


class PlanDifference(Schema):
    name: str
    stored: Any
    live: Any


class PlanCompared(Schema):
    asked: bool
    differences: list[PlanDifference]


class RunsListed(Schema):
    items: list[RunListed]
    next: int | None = None


@router.get("", response={200: RunsListed, PROBLEMS: Problem}, summary="List action runs")
def list_runs(request: HttpRequest, query: Query[RunsQuery]) -> Any:
    """Newest first. Go on with `before` set to `next` until it is null."""
    demand_known(request, query)
    _demand_staff(request)
    runs = ActionRun.objects.filter(pk__lt=query.before).order_by("-pk")
    for name in ("state", "rule", "action", "subject"):
        if (value := getattr(query, name)) is not None:
            runs = runs.filter(**{name: value})
    page, last = page_of(runs, query)
    return {"items": [_shown(run) for run in page], "next": last and last.pk}


@router.get("/{id}", response={200: RunInFull, PROBLEMS: Problem}, summary="Read an action run")
def read_run(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    _demand_staff(request)
    run = _find(id)
    tries = [
        {"number": one.number, "started_at": one.started_at.isoformat(), "ended": one.ended, "reason": one.reason}
        for one in run.tries.order_by("number")
    ]
    return {**_shown(run), "arguments": run.arguments, "tries": tries}


@router.get("/{id}/plan", response={200: PlanCompared, PROBLEMS: Problem}, summary="Compare its plan with today's")
def compare_plan(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """What the live rules ask for at the same step of the same event, where that differs; `asked` is false where nothing."""
    _demand_staff(request)
    run = _find(id)
    new = replanned(run)
    found = differences(run, new) if new is not None else []
    return {"asked": new is not None, "differences": [vars(one) for one in found]}


@router.post("/{id}/redrive", response={200: RunListed, PROBLEMS: Problem}, summary="Try a dead letter again")
def redrive_run(request: HttpRequest, id: Id, query: Query[RedriveQuery]) -> Any:  # noqa: A002
    """With its stored plan, or that of the live rules, and the same idempotency key; 409 where it is not a dead letter."""
    demand_known(request, query)
    actor = _demand_staff(request)
    permission.demand_operator(actor, "redrive action runs")
    run = _find(id)
    if run.state == RunState.DEAD and query.plan == "live" and replanned(run) is None:
        raise NotAskedFor(ref=run.ref)
    if not (redrive_as_planned_now if query.plan == "live" else redrive)(run.pk):
        raise NotAllowed(ref=run.ref, state=run.state, transition="redrive", sources=RunState.DEAD.value)
    audit.note("action_run.redriven", run.ref)
    return _shown(_find(id))


def _find(key: int) -> ActionRun:
    run = ActionRun.objects.filter(pk=key).first()
    if run is None:
        raise ObjectMissing(ref=f"action_run:{key}")
    return run


def _demand_staff(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if actor.customers is not None:
        raise NotPermitted(actor=actor.ref, what="read action runs")
    permission.demand_reader(actor)
    return actor


def _shown(run: ActionRun) -> dict[str, Any]:
    fields = {name: getattr(run, name) for name in SHOWN}
    return {**fields, "event": run.event_id, "due_at": run.due_at.isoformat()}
