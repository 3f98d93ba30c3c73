"""The clock: performs the moments that are due, also those missed while it was down. Each is an event of its object, in a
transaction of its own with the row that says that it acted."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, transaction

from core import clock, newest
from core.acting import Actor, acting
from core.errors import ObjectMissing
from core.events import Event
from core.machine import find, lock, record
from rules import exemptions, moment_scanning
from rules.calendars import standard
from rules.deciding import effective_of
from rules.deriving import facts_of
from rules.due_moments import DueMoment
from rules.in_force import live_versions
from rules.known_now import known_now
from rules.moment_scans import MomentScan
from rules.moments import Moment
from rules.overlays import Effective
from rules.rule import Rule
from rules.rule_sets import HOUSE
from rules.timing import AT_ONCE, MOMENT_DUE

log = logging.getLogger(__name__)
BATCH = 200
CLOCK = Actor("clock", unlimited=True)
PUT_OFF = timedelta(minutes=5)  # of a moment that nobody could perform


def tick(limit: int = BATCH) -> int:
    """Perform at most `limit` due moments, the oldest first. How many were looked at."""
    due = DueMoment.objects.filter(pending=True, due__lte=clock.now()).order_by("due", "id")
    keys = list(due.values_list("pk", flat=True)[:limit])
    for key in keys:
        try:
            perform(key)
        except DatabaseError as error:
            log.warning("a moment waits for the next round", extra={"moment": key, "reason": str(error)})
        except Exception:
            log.exception("a moment could not be performed, and is put off", extra={"moment": key})
            DueMoment.objects.filter(pk=key).update(due=clock.now() + PUT_OFF)
    return len(keys)


def work(limit: int = BATCH) -> bool:
    """One round: a page of a scan, and the moments that are due. Whether there may well be more."""
    scanned = moment_scanning.advance()
    return tick(limit) == limit or scanned


def is_due() -> bool:
    """Whether a moment or a scan waits for the clock."""
    due = DueMoment.objects.filter(pending=True, due__lte=clock.now())
    return due.exists() or MomentScan.objects.exists()


def perform(key: int) -> Event | None:
    """Record the event of a due moment, unless somebody else does, it acted, or it does not stand any more: then its row
    goes, or waits for its next time."""
    with acting(CLOCK), transaction.atomic():
        row = DueMoment.objects.select_for_update(skip_locked=True).filter(pk=key, pending=True).first()
        if row is None:
            return None
        subject, rule, moment = _standing(row)
        if rule is None or moment is None or _is_overtaken(row):
            row.delete()
            return None
        if later := _later(row, rule):
            row.due = later
            row.save(update_fields=["due", "kept_until"])
            return None
        event = record(subject, MOMENT_DUE, {"moment": facts_of(moment, rule.key)})
        row.acted, row.pending = moment.due, False
        schedule = rule.timing.schedule if rule.timing else None
        if schedule is not None and (following := schedule.following(moment.due, standard())):
            row.due, row.pending = following, True
        row.save(update_fields=["acted", "pending", "due"])
        return event


def _is_overtaken(row: DueMoment) -> bool:
    """Whether it was kept waiting until a later moment of its rule is due too, which is asked for instead."""
    if row.kept_until is None:
        return False
    others = DueMoment.objects.filter(subject=row.subject, rule=row.rule, pending=True, kept_until=None)
    return others.filter(due__lte=clock.now()).exists()


def _later(row: DueMoment, rule: Rule) -> datetime | None:
    """When a moment of a date or a state is due that an exemption keeps waiting; None where it is due now.

    Of several moments of one rule that were kept only the last is asked for: nobody wants three reminders at once.
    """
    timing = rule.timing
    if timing is None or timing.schedule is not None:
        return None
    whom = row.subject, row.customer
    if until := exemptions.end_of(rule.key, rule.group, exemptions.of(whom), whom, clock.now()):
        kept = DueMoment.objects.filter(subject=row.subject, rule=row.rule, pending=True, kept_until__isnull=False)
        kept.exclude(pk=row.pk).delete()
        row.kept_until = until
        return timing.resumed(until, standard())
    later = timing.resumed(row.due, standard()) if row.kept_until else row.due
    return later if later > clock.now() else None


def _standing(row: DueMoment) -> tuple[str, Rule | None, Moment | None]:
    """On what object a moment is recorded, by which rule as it is now; None where it does not stand any more."""
    if row.subject == HOUSE:
        return _of_house(row)
    try:
        model, pk = find(row.subject)
        [known] = newest.named([(row.subject, lock(model, pk).sequence)])
    except ObjectMissing:
        return row.subject, None, None
    [now] = known_now([known])
    effective = effective_of(now.document, live_versions([known.customer]))
    rule = _timed(effective, known.noun, row.rule) or _timed(effective, "", row.rule)
    return row.subject, rule, _moment(row, rule, known, effective) if rule and effective else None


def _of_house(row: DueMoment) -> tuple[str, Rule | None, Moment | None]:
    """Of a schedule about no object: it is recorded on the version that decides."""
    live = live_versions([])
    rule = _timed(effective_of({}, live), "", row.rule)
    return f"rule_set_version:{live[HOUSE].version}" if rule else "", rule, _instant(row)


def _timed(effective: Effective | None, noun: str, key: str) -> Rule | None:
    rules = effective.timed.get(noun, ()) if effective else ()
    return next((rule for rule in rules if rule.key == key), None)


def _moment(row: DueMoment, rule: Rule, known: Event, effective: Effective) -> Moment | None:
    timing = rule.timing
    if timing is None:
        return None
    if timing.schedule is not None:
        return _instant(row) if not timing.states or known.target in timing.states else None
    came = newest.entered([row.subject], timing.state).get(row.subject) if known.target == timing.state else None
    for moment in timing.hanging(known.facts, came and came.astimezone(UTC), effective.params, standard()):
        facts = facts_of(moment, rule.key)
        if (facts["base"], facts["offset"]) == (row.base, row.offset):
            return moment
    return None


def _instant(row: DueMoment) -> Moment:
    return Moment(row.due, row.due, AT_ONCE, 1, last=True)
