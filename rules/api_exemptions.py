"""Who is spared what until when, for programs: list, give, end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from core import clock
from core.acting import acting
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.paging import Id
from rules import exemptions
from rules.api import demand_staff
from rules.exemptions import Exemption

router = Router()
MOST = 500


class ExemptionShown(Schema):
    """`scope` is the key of a rule, or group:<name>; `per` a customer's or an object's reference. It counts for events whose
    time lies from `since` to `until`."""

    id: int
    scope: str
    per: str
    since: datetime
    until: datetime
    reason: str
    by: str


class ToGive(Closed):
    """`since` is now unless given; both have their offset."""

    scope: Annotated[str, Field(max_length=120)]
    per: Annotated[str, Field(max_length=100)]
    until: AwareDatetime
    reason: Annotated[str, Field(min_length=5, max_length=500)]
    since: AwareDatetime | None = None


class ExemptionQuery(Closed):
    per: Annotated[str | None, Field(max_length=100, description="a customer's or an object's reference")] = None


@router.get("", response={200: list[ExemptionShown], PROBLEMS: Problem}, summary="List the exemptions that count")
def list_exemptions(request: HttpRequest, query: Query[ExemptionQuery]) -> Any:
    """Those that are not over, of `per` where it is given, the first to end first; at most 500."""
    demand_staff(request)
    demand_known(request, query)
    found = Exemption.objects.filter(ended_at=None, until__gt=clock.now()).order_by("until", "id")
    return [_shown(row) for row in (found if query.per is None else found.filter(per=query.per))[:MOST]]


@router.post("", response={201: ExemptionShown, PROBLEMS: Problem}, summary="Exempt a customer or an object")
def give_one(request: HttpRequest, given: ToGive) -> Any:
    """At once, in every version, without publishing; logged with the reason."""
    with acting(demand_staff(request)):
        return Status(
            201, _shown(exemptions.give(given.scope, given.per, given.until, given.reason, since=given.since))
        )


@router.delete("/{id}", response={200: ExemptionShown, PROBLEMS: Problem}, summary="End an exemption")
def end_one(request: HttpRequest, id: Id) -> Any:  # noqa: A002
    """The rule acts again from the next event on."""
    with acting(demand_staff(request)):
        return _shown(exemptions.end(id))


def _shown(row: Exemption) -> dict[str, Any]:
    names = ("id", "scope", "per", "since", "until", "reason")
    return {name: getattr(row, name) for name in names} | {"by": row.actor}
