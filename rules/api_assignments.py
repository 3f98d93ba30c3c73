"""Who is assigned to a segment, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from core.acting import acting
from core.api import PROBLEMS, Closed, Problem
from core.errors import ObjectMissing
from rules.api import demand_staff
from rules.assigning import assign
from rules.assignments import SegmentAssignment, assigned_to
from rules.reading import segment_sets
from rules.segments import SEGMENT

of_segments = Router()


class AssignmentShown(Schema):
    """`since` on the customer is in the segment, whatever the conditions of the list say."""

    customer: str
    since: str
    by: str


class ToAssign(Closed):
    """`assigned` false leaves the customer to the conditions of the list again."""

    customer: Annotated[str, Field(pattern="^customer:[1-9][0-9]{0,17}$")]
    reason: Annotated[str, Field(min_length=5, max_length=500)]
    assigned: bool = True


@of_segments.get(
    "/{key}/assignments", response={200: list[AssignmentShown], PROBLEMS: Problem}, summary="List who is assigned"
)
def list_assignments(request: HttpRequest, key: str) -> Any:
    """The customers whom a person put into the segment, at most 1000."""
    demand_staff(request)
    return [_shown(row) for row in assigned_to(_segment(key))[:1000]]


@of_segments.post(
    "/{key}/assignments", response={201: AssignmentShown, PROBLEMS: Problem}, summary="Assign a customer to a segment"
)
def assign_one(request: HttpRequest, key: str, given: ToAssign) -> Any:
    """From the next event on; logged with the reason."""
    with acting(demand_staff(request)):
        return Status(201, _shown(assign(given.customer, _segment(key) if given.assigned else "", given.reason)))


def _segment(key: str) -> str:
    if key not in segment_sets():
        raise ObjectMissing(ref=f"rule set {key[:100]}")
    return key.removeprefix(SEGMENT)


def _shown(row: SegmentAssignment) -> dict[str, str]:
    return {"customer": row.customer, "since": row.since.isoformat(), "by": row.actor}
