"""Keeps the rows of due moments as events change what they hang on; inside dispatch's transaction, in the order of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from core import bells, bulk, clock
from core.events import Event
from rules.calendars import standard
from rules.deciding import effective_of
from rules.deriving import facts_of
from rules.due_moments import DueMoment
from rules.in_force import Live
from rules.layers import layers_of
from rules.moment_scans import begin_for
from rules.moments import Moment
from rules.overlays import Effective
from rules.rule import Rule
from rules.timing import MOMENT_DUE, Timing

Name = tuple[str, str, str, str]


class Rows:
    """The rows of some subjects, changed in memory and written at once."""

    def __init__(self, subjects: Iterable[str]) -> None:
        # of dates and states only those to come matter; a schedule has one row for ever
        found = DueMoment.objects.filter(Q(pending=True) | Q(base=""), subject__in=set(subjects))
        self._now = {row.name: row for row in found}
        self._changed: dict[Name, DueMoment] = {}
        self._gone: dict[Name, DueMoment] = {}

    def of(self, subject: str, rule: str) -> list[DueMoment]:
        return [row for name, row in self._now.items() if name[:2] == (subject, rule)]

    def has(self, name: Name) -> bool:
        return name in self._now

    def put(self, row: DueMoment) -> None:
        """One that is new, or was changed. What acted already stays as it is."""
        self._now[row.name] = self._changed[row.name] = self._gone.pop(row.name, row) if row.pk is None else row

    def drop(self, row: DueMoment) -> None:
        self._now.pop(row.name, None)
        self._changed.pop(row.name, None)
        if row.pk is not None:
            self._gone[row.name] = row

    def write(self) -> None:
        rows = [self._changed[name] for name in sorted(self._changed)]
        if self._gone:
            DueMoment.objects.filter(pk__in=[row.pk for row in self._gone.values()], pending=True).delete()
        bulk.update((row for row in rows if row.pk is not None), ["due", "pending"])
        bulk.insert([row for row in rows if row.pk is None], ignore_conflicts=True)
        if any(row.pending and row.due <= clock.now() for row in rows):
            transaction.on_commit(bells.ring_moments)


def keep(events: Iterable[Event], live: Mapping[str, Live]) -> None:
    """Bring the rows of the subjects of these events, which are in the order of the log, up to date."""
    told = []
    for event in events:
        if event.type != MOMENT_DUE:
            told.append((event, _touched(event, live)))
            _follow_segment(event, live)
    touched = [(event, found) for event, found in told if found is not None]
    if not touched:
        return
    rows = Rows(event.subject for event, _found in touched)
    for event, (effective, moved) in touched:
        for rule in moved:
            _apply(rule, event, effective, rows)
    rows.write()


def _touched(event: Event, live: Mapping[str, Live]) -> tuple[Effective, list[Rule]] | None:
    """The rules that hang on time of whose moments this event says something new; None where there are none."""
    effective = effective_of(event.as_document() | {"at": clock.iso(clock.now())}, live)  # who is assigned, is now
    rules = effective.timed.get(event.noun, ()) if effective else ()
    moved = [rule for rule in rules if rule.timing and _moves(rule.timing, event)]
    return (effective, moved) if effective and moved else None


def _follow_segment(event: Event, live: Mapping[str, Live]) -> None:
    """A customer who comes into another segment has other moments."""
    own = event.facts.get("customer")
    if event.noun != "customer" or not event.was or not isinstance(own, dict):
        return
    now = event.as_document()
    former = {name.removeprefix("customer."): old for name, old in event.was.items() if name.startswith("customer.")}
    before = now | {"facts": {**now["facts"], "customer": {**own, **former}}}
    was, is_now = (layers.segment_key if (layers := layers_of(one, live)) else "" for one in (before, now))
    if was != is_now:
        begin_for(event.subject, effective_of(now, live), event.at)


def _moves(timing: Timing, event: Event) -> bool:
    if event.sequence == 0 or event.type == f"{event.noun}.deleted":
        return True
    return f"{timing.noun}.{timing.date[0]}" in event.was if timing.date else event.source != event.target


def _apply(rule: Rule, event: Event, effective: Effective, rows: Rows) -> None:
    timing = rule.timing
    if timing is None:
        return
    if event.type == f"{event.noun}.deleted":
        for row in rows.of(event.subject, rule.key):
            rows.drop(row)
    elif timing.schedule is not None:
        ticking(rule, event, rows, after=event.at)
    else:
        entered = event.at.astimezone(UTC) if event.target == timing.state else None
        moments = timing.hanging(event.facts, entered, effective.params, standard())
        hang(rule, event, moments, rows, after=event.at)


def hang(rule: Rule, event: Event, moments: Iterable[Moment], rows: Rows, *, after: datetime) -> None:
    """Exactly `moments` are those of this rule for the event's subject from now on; of those that nobody waits for yet,
    such as are due before `after` ask for nothing."""
    wanted = {
        (facts["base"], facts["offset"]): moment.due for moment in moments if (facts := facts_of(moment, rule.key))
    }
    waiting = {(row.base, row.offset): row for row in rows.of(event.subject, rule.key)}
    for name, row in waiting.items():
        if name not in wanted:
            rows.drop(row)
    for (base, offset), due in wanted.items():
        row = waiting.get((base, offset)) or row_of(rule, event, due, base=base, offset=offset)
        if due >= after and (row.pk is None or row.due != due):
            row.due = due
            rows.put(row)


def late(rule: Rule, event: Event, moment: Moment, rows: Rows, *, due: datetime) -> None:
    """A moment that is past already acts all the same, at `due`; one that is waited for stays as it is."""
    facts = facts_of(moment, rule.key)
    row = row_of(rule, event, due, base=facts["base"], offset=facts["offset"])
    if not rows.has(row.name):
        rows.put(row)


def ticking(rule: Rule, event: Event, rows: Rows, *, after: datetime) -> None:
    """The next time of the rule's schedule for the event's subject, or none while it is in another state."""
    timing = rule.timing
    if timing is None or timing.schedule is None:
        return
    is_in = not timing.states or event.target in timing.states
    known = rows.of(event.subject, rule.key)
    row = known[0] if known else row_of(rule, event, after)
    if known and row.pending == is_in:
        return
    due = timing.schedule.following(max(after, row.acted or after), standard()) if is_in else None
    row.due, row.pending = due or row.due, due is not None
    if known or row.pending:
        rows.put(row)


def row_of(rule: Rule, event: Event, due: datetime, *, base: str = "", offset: str = "") -> DueMoment:
    return DueMoment(
        rule=rule.key, subject=event.subject, customer=event.customer, base=base, offset=offset, due=due
    )  # fmt: skip
