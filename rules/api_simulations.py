"""Backtests over REST: start one, see how far it is and what it found, prove one event on both sides, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from core.acting import acting
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.paging import Id
from rules.api import demand_staff
from rules.api_change_requests import row_of
from rules.api_explaining import RuleOut, rule_out
from rules.change_requests import demand_writer
from rules.simulation import backtests
from rules.simulation.backtests import Backtest
from rules.simulation.beside import beside

router = Router()


class ToStart(Closed):
    """A change request, and a stretch of history: the last 90 days where no times are given, else with their offset."""

    change_request: Id
    since: datetime | None = None
    until: datetime | None = None


class ListQuery(Closed):
    change_request: Id | None = None


class ProofQuery(Closed):
    """`event` is the id of a listed event or moment; without `rule` all rules are told that differ."""

    event: Annotated[str, Field(max_length=400)]
    rule: Annotated[str, Field(max_length=100)] = ""


class Waiting(Schema):
    name: str
    title: str
    count: int
    listed: list[str]


class SimulationListed(Schema):
    """`progress` is from 0 to 1; `seconds` is how long it has been computed."""

    id: int
    change_request: int
    set: str
    state: str
    progress: float
    since: str
    until: str
    actor: str
    created_at: str
    seconds: float
    problem: str


class SimulationInFull(SimulationListed):
    """`result` grows while it runs, and has sums, rules, actions with money, and the first events of each kind; `digest`
    is its hash when it is done. `live` maps sets to the hashes of their versions, `draft` is that of the change request,
    `end` the position of the log that is the last: the same again gives the same. `reach` is what waited at the start."""

    result: dict[str, Any]
    digest: str
    live: dict[str, str]
    draft: str
    end: int
    reach: list[Waiting]


class Pair(Schema):
    live: RuleOut | None
    draft: RuleOut | None


class Proved(Schema):
    """Rules side by side; null where a side has no such rule, or no such moment."""

    event: dict[str, Any]
    rules: list[Pair]


@router.post("", response={201: SimulationInFull, PROBLEMS: Problem}, summary="Start a backtest")
def start(request: HttpRequest, given: ToStart) -> Any:
    """It runs in a process of its own. Ask for it by its id until its state is done, cancelled or failed."""
    with acting(demand_staff(request)):
        demand_writer("start a backtest")
        return Status(201, in_full(backtests.start(row_of(given.change_request), given.since, given.until)))


@router.get("", response={200: list[SimulationListed], PROBLEMS: Problem}, summary="List the backtests")
def list_all(request: HttpRequest, query: Query[ListQuery]) -> Any:
    """The newest first, at most 100; those of one change request where it is given."""
    demand_staff(request)
    demand_known(request, query)
    rows = Backtest.objects.defer("result", "document", "live", "reach")
    if query.change_request is not None:
        rows = rows.filter(request_id=query.change_request)
    return [listed(row) for row in rows[:100]]


@router.get("/{id}", response={200: SimulationInFull, PROBLEMS: Problem}, summary="Read a backtest and its result")
def read(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """Also while it runs: the result is partial then."""
    demand_staff(request)
    return in_full(backtests.find(id))


@router.get("/{id}/proof", response={200: Proved, PROBLEMS: Problem}, summary="Prove an event on both sides")
def prove(request: HttpRequest, id: Id, query: Query[ProofQuery]) -> Any:  # noqa: A002
    demand_staff(request)
    demand_known(request, query)
    both = beside(backtests.find(id), query.event)
    rules = [
        {"live": live and rule_out(live), "draft": draft and rule_out(draft)} for live, draft in both.pairs(query.rule)
    ]
    return {"event": both.event, "rules": rules}


@router.post("/{id}/cancel", response={200: SimulationInFull, PROBLEMS: Problem}, summary="Cancel a backtest")
def cancel(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """What was found so far stays. 409 where it does not run any more."""
    with acting(demand_staff(request)):
        demand_writer("cancel a backtest")
        return in_full(backtests.cancel(id))


def listed(row: Backtest) -> dict[str, Any]:
    names = ("id", "state", "progress", "actor", "seconds", "problem")
    times = {name: getattr(row, name).isoformat() for name in ("since", "until", "created_at")}
    return {name: getattr(row, name) for name in names} | times | {"change_request": row.request_id, "set": row.key}


def in_full(row: Backtest) -> dict[str, Any]:
    names = ("result", "digest", "live", "end", "reach")
    return listed(row) | {name: getattr(row, name) for name in names} | {"draft": row.draft_hash}
