"""Change requests that go live at a time of their own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core import audit, clock, permission
from core.acting import Actor, acting, present
from core.errors import NotAllowed, PravilaError
from core.machine import record, transition_of
from core.permission import APPROVER
from core.said import Said
from rules.change_requests import ChangeRequest, locked
from rules.publish import publish
from rules.reach import demand_choices

log = logging.getLogger(__name__)


class InThePast(PravilaError):
    """{at} is over. Give a time that is still to come, with its offset, or publish it at once."""

    status = 422
    code = "in-the-past"


def schedule(
    request: ChangeRequest, at: datetime | None, *, choices: Mapping[str, str] | None = None, actor: Actor | None = None
) -> ChangeRequest:
    """Let an approved change request go live at `at`, which has a zone; None takes that back. `choices` are as in publish.

    Raises NotPermitted, NotAllowed for one that is not approved, or InThePast.
    """
    with acting(actor), transaction.atomic():
        row = locked(request.pk)
        who = present().actor
        permission.demand(who, row, transition_of(ChangeRequest, "approve"))
        if at is not None and row.state != "approved":
            raise NotAllowed(ref=row.ref, state=row.state, transition="schedule", sources="approved")
        if at is not None and (at.tzinfo is None or at <= clock.now()):
            raise InThePast(at=at.isoformat())
        demand_choices(choices or {})
        row.reach = dict(choices or {})
        row.scheduled_for, row.scheduled_by, row.problem = at, who.ref if at else "", ""
        row.save(update_fields=["scheduled_for", "scheduled_by", "problem", "reach"])
        audit.note("change_request.scheduled" if at else "change_request.unscheduled", row.ref)
        return row


def publish_due() -> int:
    """Publish what is due, as whoever scheduled it. What is refused says why, and waits for a person. How many went live;
    for the sweeper."""
    due = ChangeRequest.objects.filter(state="approved", scheduled_for__lte=clock.now()).order_by("scheduled_for", "pk")
    done = 0
    for request in due.select_related("rule_set")[:20]:
        try:
            publish(request, actor=Actor(request.scheduled_by, frozenset({APPROVER})))
            done += 1
        except PravilaError as refused:
            log.warning("a scheduled change did not go live", extra={"change_request": request.pk, "why": refused.code})
            _refused(request, refused.says)
    return done


@transaction.atomic
def _refused(request: ChangeRequest, why: Said) -> None:
    row = locked(request.pk)
    if row.scheduled_for is None or not row.is_open:
        return
    record(row, "change_request.not_published")
    row = locked(request.pk)
    row.problem, row.scheduled_for = why, None
    row.save(update_fields=["problem", "scheduled_for"])
