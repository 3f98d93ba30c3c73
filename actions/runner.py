"""Carry out due action runs. The effect of an internal run commits with its `done`; an external one holds a lease."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, models, transaction

from actions import sparing, unless
from actions.declare import EXTERNAL
from actions.finish import Ended, finish, store
from actions.outcome import Failed, Outcome, Skipped
from actions.performing import Undo, perform_or_give_way, perform_safely, perform_shared
from actions.runs import ActionRun, RunState
from core import catalog, clock
from rules import switches

log = logging.getLogger(__name__)
BATCH = 50  # internal runs of one transaction; PostgreSQL slows down from 64 open savepoints on


def run_due(queue: str, *, limit: int = 50) -> int:
    """Carry out up to `limit` due runs of one queue. The number that this call worked on."""
    worked = 0
    while worked < limit:
        size = min(BATCH, limit - worked)
        done = _run_batch(queue, size)
        worked += done
        if done < size:
            break
    return worked


def run_one(key: int) -> bool:
    """Carry out run `key` if it is still due and nobody else has it."""
    try:
        begun = _begin(key)
    except DatabaseError as error:
        log.exception("the effect of a run could not be committed", extra={"run": key})
        return _fail_at_commit(key, error)
    if isinstance(begun, bool):
        return begun
    outcome = perform_safely(begun)
    with transaction.atomic():
        held = ActionRun.objects.select_for_update().filter(pk=key, state=RunState.RUNNING, lease=begun.lease).first()
        if held is None:
            log.warning("run finished after its lease was lost", extra={"run": key, "action": begun.action})
            return True
        finish(held, outcome)
    return True


def reap() -> int:
    """Take back external runs whose worker went silent; their next attempt carries the same key."""
    stale = ActionRun.objects.filter(state=RunState.RUNNING, lease_until__lt=clock.now())
    reaped = 0
    for key in list(stale.values_list("id", flat=True)[:500]):
        with transaction.atomic():
            run = stale.select_for_update(skip_locked=True).filter(pk=key).first()
            if run is not None:
                finish(run, Failed("its worker went silent", retryable=True), ended="lost")
                reaped += 1
    return reaped


def _run_batch(queue: str, size: int) -> int:
    """Carry out the oldest due runs of a queue: internal ones together in one transaction, others one by one.

    A batch holds the locks of all its runs, so it gives way soon to whoever waits; what it gave up is done alone. First
    its runs share the transaction as it is; where one fails, all is taken back and each gets a savepoint of its own.
    """
    keys: list[int] = []
    try:
        try:
            keys, alone = _claim_and_perform(queue, size, perform_shared)
        except Undo:
            keys, alone = _claim_and_perform(queue, size, perform_or_give_way)
    except DatabaseError as error:
        log.warning("a batch of runs is done one by one", extra={"queue": queue, "reason": str(error)})
        keys = alone = list(_due(queue).values_list("id", flat=True)[:size])
    for key in alone:
        run_one(key)
    return len(keys)


def _claim_and_perform(queue: str, size: int, perform: Callable[[ActionRun], Outcome]) -> tuple[list[int], list[int]]:
    """Keys of the runs claimed, and of those among them that must be done alone."""
    with transaction.atomic():
        runs = _claim(queue, size)
        alone = _carry_out_together([run for run in runs if _is_internal(run)], perform)
    return [run.pk for run in runs], alone + [run.pk for run in runs if not _is_internal(run)]


def _due(queue: str) -> models.QuerySet[ActionRun]:
    """What may be carried out now, oldest first; nothing of what is switched off."""
    due = ActionRun.objects.filter(queue=queue, state=RunState.READY, due_at__lte=clock.now())
    for scope in switches.off():
        rule_set, _slash, rule = scope.partition("/")
        if scope == switches.EVERYTHING:
            return due.none()
        due = due.exclude(rule_set=rule_set, rule=rule) if rule else due.exclude(rule_set=rule_set)
    return due.order_by("due_at", "id")


def _claim(queue: str, size: int) -> list[ActionRun]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
    return list(_due(queue).select_for_update(skip_locked=True)[:size])


def _carry_out_together(runs: list[ActionRun], perform: Callable[[ActionRun], Outcome]) -> list[int]:
    """Perform claimed internal runs and store what came of them. Keys of those given up."""
    ended: list[Ended] = []
    given_up: list[int] = []
    for run in runs:
        started_at = clock.now()
        if _is_kept(run):
            continue
        stop = unless.stops(run)
        try:
            outcome = Skipped(stop) if stop is not None else perform(run)
        except OperationalError:
            given_up.append(run.pk)
            continue
        ended.append(Ended(run, outcome, started_at))
    store(ended)
    return given_up


def _is_kept(run: ActionRun) -> bool:
    """Whether an exemption keeps it waiting; then it is due when that is over."""
    if (later := sparing.until(run)) is None:
        return False
    run.due_at = later
    run.save(update_fields=["due_at"])
    return True


def _begin(key: int) -> ActionRun | bool:
    """Lock a due run. An internal one is carried out, and that is all; an external one gets a lease, and is returned.

    False where it is not due, or somebody has it.
    """
    with transaction.atomic():
        due = ActionRun.objects.select_for_update(skip_locked=True)
        run = due.filter(pk=key, state=RunState.READY, due_at__lte=clock.now()).first()
        if run is None:
            return False
        if _is_kept(run):
            return True
        if (stop := unless.stops(run)) is not None:
            store([Ended(run, Skipped(stop), clock.now())])
            return True
        if _is_internal(run):
            started_at = clock.now()
            store([Ended(run, perform_safely(run), started_at)])
            return True
        _lease(run)
        return run


def _fail_at_commit(key: int, error: DatabaseError) -> bool:
    outcome: Outcome = Failed(f"the database refused it: {error}", retryable=True)
    with transaction.atomic():
        run = ActionRun.objects.select_for_update(skip_locked=True).filter(pk=key, state=RunState.READY).first()
        if run is not None:
            store([Ended(run, outcome, clock.now())])
    return True


def _is_internal(run: ActionRun) -> bool:
    spec = catalog.actions.find(run.action)
    return spec is None or spec.kind != EXTERNAL or bool(run.problem)


def _lease(run: ActionRun) -> None:
    timeout = catalog.actions.get(run.action).timeout_seconds
    run.lease = uuid.uuid4().hex
    run.lease_until = clock.now() + timedelta(seconds=max(settings.CONFIG.lease_seconds, timeout + 30))
    run.state = RunState.RUNNING
    run.attempts += 1
    run.save(update_fields=["lease", "lease_until", "state", "attempts"])
    run.tries.create(number=run.attempts, started_at=clock.now())
