"""What will happen to an object, and when, if nothing else does: moments that are due, and action runs that wait. Each can
be stopped or put off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from actions import sparing
from actions.finish import cancel
from actions.questions import role_of
from actions.runs import ActionRun, RunState
from core import audit, clock, newest, permission
from core.acting import Actor, acting, present
from core.errors import ObjectMissing, PravilaError
from core.machine import Machine
from rules import exemptions
from rules.calendars import standard
from rules.deciding import effective_of
from rules.due_moments import DueMoment
from rules.exemptions import Exemptions
from rules.in_force import live_versions
from rules.known_now import known_now
from rules.rule import Rule
from rules.timing import Timing

MOST = 100
WAITING = (RunState.READY, RunState.WAITING, RunState.ASKING)
Kind = Literal["moment", "action_run"]


class NotUpcoming(PravilaError):
    """{ref} does not wait any more: it was carried out, stopped, or has begun. Look at the object again."""

    status = 409
    code = "not-upcoming"


class InThePast(PravilaError):
    """{until} is over. Give a time that is still to come, with its offset."""

    status = 422
    code = "in-the-past"


@dataclass(frozen=True)
class Upcoming:
    """Something that is to come. `says` is a sentence; `needs` that another step must be done before."""

    kind: Kind
    id: int
    due_at: datetime
    subject: str
    rule: str
    says: str
    needs: bool = False

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}"


def of(row: Machine) -> list[Upcoming]:
    """The earliest first, at most 100: what is to come for an object, or for all objects of a customer."""
    whose = Q(subject=row.ref) | (Q(customer=row.ref) if row.machine.noun == "customer" else Q(pk__in=()))
    runs = ActionRun.objects.filter(whose, state__in=WAITING)
    waiting = list(runs.order_by("due_at", "pk")[:MOST])
    moments = list(DueMoment.objects.filter(whose, pending=True).order_by("due", "pk")[:MOST])
    whom = [name for run in waiting for name in (run.subject, run.customer)]
    given = exemptions.of([*whom, *(name for one in moments for name in (one.subject, one.customer))])
    found = [*_moments(moments, given), *(_run(run, given) for run in waiting)]
    return sorted(found, key=lambda one: (one.due_at, one.ref))[:MOST]


def stop(row: Machine, kind: Kind, key: int, reason: str, *, actor: Actor | None = None) -> None:
    """It will not happen. Raises NotPermitted, ObjectMissing for what is not of this object, NotUpcoming for what does not wait."""
    with acting(actor), transaction.atomic():
        found = _locked(row, kind, key)
        if isinstance(found, ActionRun):
            cancel(found.pk, reason)
        else:
            found.pending = False
            found.save(update_fields=["pending"])
        audit.note(f"{kind}.stopped", f"{kind}:{key}", text=reason)


def put_off(row: Machine, kind: Kind, key: int, until: datetime, *, actor: Actor | None = None) -> None:
    """It will happen at `until`, which has a zone. Raises InThePast, and as `stop` does."""
    if until.tzinfo is None or until <= clock.now():
        raise InThePast(until=until.isoformat())
    with acting(actor), transaction.atomic():
        found = _locked(row, kind, key)
        name = "due_at" if isinstance(found, ActionRun) else "due"
        setattr(found, name, until)
        found.save(update_fields=[name])
        audit.note(f"{kind}.put_off", f"{kind}:{key}")


def _locked(row: Machine, kind: Kind, key: int) -> ActionRun | DueMoment:
    permission.demand_operator(present().actor, "stop or put off what is to come")
    rows: QuerySet[ActionRun] | QuerySet[DueMoment] = ActionRun.objects.all()
    if kind == "moment":
        rows = DueMoment.objects.all()
    found = rows.select_for_update().filter(pk=key).first()
    if found is None or row.ref not in (found.subject, found.customer):
        raise ObjectMissing(ref=f"{kind}:{key}")
    waits = found.state in WAITING if isinstance(found, ActionRun) else found.pending
    if not waits:
        raise NotUpcoming(ref=f"{kind}:{key}")
    return found


def _run(run: ActionRun, given: Exemptions) -> Upcoming:
    says = _("{rule}: {action} on {target}").format(rule=run.rule, action=run.action, target=run.target or run.subject)
    if run.state == RunState.ASKING and run.ask_until is not None:
        until = formats.date_format(timezone.localtime(run.ask_until), "SHORT_DATETIME_FORMAT")
        says += _(", if somebody with the role {role} says yes by {until}").format(role=role_of(run), until=until)
    kept = sparing.resumes(run, given, run.due_at) if run.due_at > run.created_at else None
    due = run.due_at if kept is None else kept
    return Upcoming("action_run", run.pk, due, run.subject, run.rule, says + _exempted(kept), bool(run.needs))


def _exempted(until: datetime | None) -> str:
    if until is None:
        return ""
    day = formats.date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
    return _(", which waits until an exemption ends at {until}").format(until=day)


def _moments(waiting: list[DueMoment], given: Exemptions) -> list[Upcoming]:
    """Those of rules that are in force still; a row may be older than the rules that are live.

    Of several moments of one rule that an exemption lets fall on one time only the last is asked for.
    """
    events = newest.of({row.subject for row in waiting})
    live = live_versions(event.customer for event in events.values())
    known = {one.event.subject: one.document for one in known_now(list(events.values()))}
    found: dict[tuple[str, str, object], Upcoming] = {}
    for row in waiting:
        effective = effective_of(known[row.subject], live) if row.subject in known else None
        rule = next((one for one in effective.rules if one.key == row.rule), None) if effective else None
        if rule is not None and rule.timing is not None:
            title = str(rule.document.get("title") or rule.key)
            says = title + _hangs_on(row.base[:10], row.offset)
            kept, due = _resumed(row, rule, rule.timing, given)
            found.pop((row.subject, row.rule, due), None)
            one = Upcoming("moment", row.pk, due, row.subject, row.rule, says + _exempted(kept))
            found[row.subject, row.rule, due if kept else row.pk] = one
    return list(found.values())


def _hangs_on(day: str, offset: str) -> str:
    """How far a moment is from its day; nothing where it is that day, for its time stands beside it."""
    if not day or not offset.strip("-0mhdw"):
        return ""
    words = _(", {offset} before {base}") if offset.startswith("-") else _(", {offset} after {base}")
    return words.format(offset=offset.removeprefix("-"), base=day)


def _resumed(row: DueMoment, rule: Rule, timing: Timing, given: Exemptions) -> tuple[datetime | None, datetime]:
    """The end of the exemption that a moment falls into, and when it is due then; schedules go by."""
    kept = None
    if timing.schedule is None:
        kept = exemptions.end_of(rule.key, rule.group, given, (row.subject, row.customer), row.due)
    return (kept, timing.resumed(kept, standard())) if kept else (row.kept_until, row.due)
