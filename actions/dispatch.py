"""Decide the oldest events: one transaction per batch, which is also the lease. A killed worker leaves nothing half done."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from actions import planned_runs, unless
from actions.limits import Limits
from actions.runs import ActionRun
from core import as_of, bells, bulk, clock
from core.event_log import depth_reached
from core.events import Event
from core.lookups import Lookup
from core.outbox import Outbox, Shard
from rules import exemptions, incidents, moment_upkeep, switches
from rules.deciding import Decided, decide, lookups
from rules.decisions import Decision
from rules.exemptions import Exemptions
from rules.in_force import Live, live_versions
from rules.observing import Looked

log = logging.getLogger(__name__)
_SQLITE_DISPATCHER = threading.Lock()


@dataclass(frozen=True)
class Verdict:
    """One event with what was decided about it, or why it could not be decided."""

    event: Event
    decided: Decided | None
    problem: str = ""


class _Overtaken(Exception):
    """Somebody else decided these events, or published, between reading and writing."""


def dispatch_batch() -> int:
    """Decide one batch of a few lanes. The number of events decided; 0 where nothing waits that is not being decided."""
    return _dispatch()[0]


def dispatch_at_bell() -> int:
    """What one bell asks for: batch after batch while they are full. The number of events decided.

    What comes meanwhile has a bell of its own; chasing it event by event would cost a transaction each.
    """
    total, full = 0, True
    while full:
        decided, full = _dispatch()
        total += decided
    return total


def dispatch_all(*, limit: int = 1_000_000) -> int:
    """Decide until nothing waits, or `limit` events are decided. The number of events decided."""
    total = 0
    while total < limit and (decided := dispatch_batch()):
        total += decided
    return total


def _dispatch() -> tuple[int, bool]:
    """Decide one batch: how many events, and whether there may well be more."""
    if connection.vendor == "sqlite":
        decided, lanes = _dispatch_sqlite(), 0
    else:
        decided, lanes = _dispatch_lanes()
    config = settings.CONFIG
    return decided, decided == config.batch_events or lanes == config.lanes_per_batch


def _dispatch_lanes() -> tuple[int, int]:
    with transaction.atomic():
        lanes = _claim_lanes()
        if not lanes:
            return 0, 0
        events = _oldest(lanes)
        live = live_versions((event.customer for event in events), share=True)
        off = switches.off()
        _store(_decide(events, live, off), off)
        moment_upkeep.keep(events, live)
        Shard.objects.filter(pk__in=lanes).update(served=clock.now())
    return len(events), len(lanes)


def _claim_lanes() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id FROM core_shard s WHERE EXISTS "
            "(SELECT 1 FROM core_outbox o WHERE o.shard = s.id AND NOT o.held) "
            "ORDER BY s.served NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED",
            [settings.CONFIG.lanes_per_batch],
        )
        return [lane for (lane,) in cursor.fetchall()]


def _dispatch_sqlite() -> int:
    """On SQLite one dispatcher reads and decides outside the short write transaction, so that writers are not held up."""
    with _SQLITE_DISPATCHER:
        while True:
            events = _oldest(None)
            if not events:
                return 0
            live = live_versions(event.customer for event in events)
            off = switches.off()
            verdicts = _decide(events, live, off)
            try:
                with transaction.atomic():
                    _demand_unchanged(events, live)
                    _store(verdicts, off)
                    moment_upkeep.keep(events, live)
                return len(events)
            except _Overtaken:
                continue


def _demand_unchanged(events: list[Event], live: dict[str, Live]) -> None:
    waiting = Outbox.objects.filter(held=False, event_id__in=[event.pk for event in events]).count()
    if waiting != len(events) or live_versions(event.customer for event in events) != live:
        raise _Overtaken


def _oldest(lanes: list[int] | None) -> list[Event]:
    waiting = Outbox.objects.filter(held=False)
    if lanes is not None:
        waiting = waiting.filter(shard__in=lanes)
    keys = list(waiting.order_by("event_id").values_list("event_id", flat=True)[: settings.CONFIG.batch_events])
    return list(Event.objects.filter(pk__in=keys).order_by("pk"))


def _decide(events: list[Event], live: dict[str, Live], switched_off: dict[str, str]) -> list[Verdict]:
    """Ask the log once for the whole batch, then decide each event by itself."""
    asked = (lookup for event in events for lookup in _lookups(event, live))
    found = as_of.look_up(asked)
    exempt = exemptions.of(whom for event in events for whom in (event.customer, event.subject))
    return [_decide_one(event, live, switched_off, Looked(event.pk, found), exempt) for event in events]


def _lookups(event: Event, live: dict[str, Live]) -> list[Lookup]:
    """What the rules want to know of the log; an event that cannot even be asked about fails when it is decided."""
    try:
        return lookups(event.as_document(), live, event.pk)
    except DatabaseError:
        raise
    except Exception:
        log.exception("rules could not be asked what they want to know", extra={"event": event.pk})
        return []


def _decide_one(
    event: Event, live: dict[str, Live], switched_off: dict[str, str], history: Looked, exempt: Exemptions
) -> Verdict:
    if depth_reached(event):
        return Verdict(event, None)
    try:
        return Verdict(event, decide(event.as_document(), live, switched_off, history, exempt))
    except Exception as error:
        log.exception("event could not be decided", extra={"event": event.pk, "type": event.type})
        return Verdict(event, None, f"{type(error).__name__}: {error}"[:2000])


def _store(verdicts: list[Verdict], switched_off: dict[str, str]) -> None:
    """Decisions and runs in, outbox rows out."""
    now = clock.now()
    keys = [verdict.event.pk for verdict in verdicts]
    earlier = set(Decision.objects.filter(event_id__in=keys).values_list("event_id", flat=True))
    limits = Limits(switched_off)
    decisions: list[Decision] = []
    runs: list[ActionRun] = []
    for verdict in verdicts:
        attempt = Decision.objects.filter(event_id=verdict.event.pk).count() if verdict.event.pk in earlier else 0
        decision, asked = _rows(verdict, attempt, limits)
        decision.at = now
        decisions.append(decision)
        runs += asked
    incidents.note(found for one in verdicts if one.decided for found in one.decided.disagreements)
    bulk.insert(decisions)
    bulk.insert(runs, ignore_conflicts=True)
    unless.stop_waiting(verdict.event for verdict in verdicts)  # also what an earlier event of this batch asked for
    Outbox.objects.filter(event_id__in=keys).delete()
    soon = now + timedelta(seconds=1)
    for queue in sorted({run.queue for run in runs if run.due_at <= soon and not run.needs}):
        transaction.on_commit(lambda name=queue: bells.ring_queue(name))  # type: ignore[misc]


def _rows(verdict: Verdict, attempt: int, limits: Limits) -> tuple[Decision, list[ActionRun]]:
    """A plan that cannot become rows fails its own event and no other of the lane."""
    try:
        return planned_runs.of(verdict.event, verdict.decided, verdict.problem, attempt, limits)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("plan could not be stored", extra={"event": verdict.event.pk, "type": verdict.event.type})
        return planned_runs.of(verdict.event, None, f"{type(error).__name__}: {error}"[:2000], attempt, limits)


def redecide(event_id: int) -> bool:
    """Put an event that could not be decided back into the queue. False where it waits already or was decided."""
    newest = Decision.objects.filter(event_id=event_id).order_by("-attempt").first()
    if newest is None or newest.outcome != "failed":
        return False
    event = Event.objects.get(pk=event_id)
    _row, made = Outbox.objects.get_or_create(event_id=event_id, defaults={"shard": event.shard})
    transaction.on_commit(bells.ring_dispatch)
    return made


def find_lost(*, limit: int = 1000) -> int:
    """Queue live events that have neither an outbox row nor a decision: a missing queue guard must cost latency only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_outbox (event_id, shard, held) SELECT e.id, e.shard, %s FROM core_event e "
            "WHERE e.live AND e.id > COALESCE((SELECT MAX(id) FROM core_event), 0) - 100000 "
            "AND NOT EXISTS (SELECT 1 FROM core_outbox o WHERE o.event_id = e.id) "
            "AND NOT EXISTS (SELECT 1 FROM rules_decision d WHERE d.event_id = e.id) "
            "ORDER BY e.id LIMIT %s ON CONFLICT DO NOTHING",
            [False, limit],
        )
        return cursor.rowcount
