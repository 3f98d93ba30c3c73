"""Putting one customer into a segment by hand, and leaving it to the conditions of the list again."""

from __future__ import annotations

from django.db import transaction

from core import audit, clock, newest, refs
from core.acting import present
from core.errors import NotPermitted, PravilaError, nearest
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR
from rules.assignments import SegmentAssignment
from rules.deciding import effective_of
from rules.document.model import Document
from rules.in_force import live_versions
from rules.known_now import known_now
from rules.moment_scans import begin_for
from rules.rule_sets import HOUSE, RuleSetVersion

ROLES = (AUTHOR, APPROVER)


class BadAssignment(PravilaError):
    """This customer cannot be assigned so: {problem}. Correct it and try again."""

    status = 422
    code = "bad-assignment"


@transaction.atomic
def assign(customer: str, segment: str, reason: str) -> SegmentAssignment:
    """Put a customer into a segment of the live list, from the next event on; an empty one leaves it to the conditions
    again. The moments of the customer's objects are derived anew. Raises NotPermitted, ObjectMissing or BadAssignment."""
    actor = present().actor
    if actor.customers is not None or not (actor.unlimited or actor.roles & {*ROLES, ADMINISTRATOR}):
        raise NotPermitted(actor=actor.ref, what="assign a customer to a segment")
    if len(reason.strip()) < 5:
        raise BadAssignment(problem="it needs a reason of at least five letters, for those who find it later")
    live = RuleSetVersion.objects.filter(rule_set__key=HOUSE, state="live").first()
    known = [one["key"] for one in Document(live.document).segments] if live else []
    if segment and segment not in known:
        listed = ", ".join(known) or "none"
        says = f'the house has no segment "{segment[:100]}"; possible: {listed}.{nearest(segment, known)}'
        raise BadAssignment(problem=says.rstrip("."))
    if not customer.startswith("customer:") or refs.resolve(customer).ref != customer:
        raise BadAssignment(problem=f'"{customer[:100]}" is no customer; write one such as customer:17')
    made = SegmentAssignment.objects.create(customer=customer, segment=segment, since=clock.now(), actor=actor.ref)
    audit.note("segment.assigned" if segment else "segment.unassigned", customer, text=f"{segment}: {reason}"[:2000])
    for one in known_now(list(newest.of([customer]).values())):
        begin_for(customer, effective_of(one.document, live_versions([customer])), made.since)
    return made
