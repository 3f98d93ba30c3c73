"""Carry out due action runs. The effect of an internal run commits with its `done`; an external one holds a lease."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction

from actions import unless
from actions.declare import EXTERNAL, Call, performers, problem_with
from actions.finish import finish
from actions.outcome import Failed, Outcome, Skipped
from actions.runs import ActionRun, Attempt, RunState
from core import catalog, clock
from core.acting import Actor, acting
from core.catalog import ActionSpec
from core.errors import Blocked, NotAllowed, NotDeclared, PravilaError

log = logging.getLogger(__name__)


def run_due(queue: str, *, limit: int = 50) -> int:
    """Carry out up to `limit` due runs of one queue. The number that this call worked on."""
    due = ActionRun.objects.filter(queue=queue, state=RunState.READY, due_at__lte=clock.now())
    keys = list(due.order_by("due_at", "id").values_list("id", flat=True)[:limit])
    return sum(run_one(key) for key in keys)


def run_one(key: int) -> bool:
    """Carry out run `key` if it is still due and nobody else has it."""
    spec = None
    with transaction.atomic():
        run = _lock_due(key)
        if run is None:
            return False
        spec = catalog.actions.find(run.action)
        if (stop := unless.stops(run)) is not None:
            finish(run, _attempt(run), Skipped(stop))
            return True
        if spec is None or spec.kind != EXTERNAL:
            attempt = _attempt(run)
            finish(run, attempt, _perform_safely(run, spec))
            return True
        lease = _lease(run, spec)
        attempt = _attempt(run)
    outcome = _perform_safely(run, spec)
    with transaction.atomic():
        held = ActionRun.objects.select_for_update().filter(pk=key, state=RunState.RUNNING, lease=lease).first()
        if held is None:
            log.warning("run finished after its lease was lost", extra={"run": key, "action": run.action})
            return True
        finish(held, attempt, outcome)
    return True


def reap() -> int:
    """Take back external runs whose worker went silent; their next attempt carries the same key."""
    stale = ActionRun.objects.filter(state=RunState.RUNNING, lease_until__lt=clock.now())
    reaped = 0
    for key in list(stale.values_list("id", flat=True)[:500]):
        with transaction.atomic():
            run = stale.select_for_update(skip_locked=True).filter(pk=key).first()
            if run is not None:
                attempt = run.tries.get(number=run.attempts)
                finish(run, attempt, Failed("its worker went silent", retryable=True), ended="lost")
                reaped += 1
    return reaped


def _lock_due(key: int) -> ActionRun | None:
    due = ActionRun.objects.select_for_update(skip_locked=True)
    return due.filter(pk=key, state=RunState.READY, due_at__lte=clock.now()).first()


def _lease(run: ActionRun, spec: ActionSpec) -> str:
    run.lease = uuid.uuid4().hex
    seconds = max(settings.CONFIG.lease_seconds, spec.timeout_seconds + 30)
    run.lease_until = clock.now() + timedelta(seconds=seconds)
    run.state = RunState.RUNNING
    run.save(update_fields=["lease", "lease_until", "state"])
    return run.lease


def _attempt(run: ActionRun) -> Attempt:
    run.attempts += 1
    run.save(update_fields=["attempts"])
    return Attempt.objects.create(run=run, number=run.attempts, started_at=clock.now())


def _perform_atomically(run: ActionRun, call: Call) -> Outcome:
    with transaction.atomic():
        outcome = performers.get(run.action)(call, **run.arguments)
        if isinstance(outcome, Failed):
            transaction.set_rollback(True)
        return outcome


def _perform_safely(run: ActionRun, spec: ActionSpec | None) -> Outcome:
    """The outcome of performing the action, whatever happens in it; a failed effect leaves nothing half done."""
    if run.problem:
        return Failed(run.problem, retryable=False)
    if spec is None:
        return Failed(
            f"there is no action {run.action} any more; install its app again or cancel the run", retryable=False
        )
    if problem := problem_with(run.action, run.arguments):
        return Failed(f"its arguments do not fit: {problem}", retryable=False)
    call = Call(run.target, run.key, run.rule, run.event_id, run.customer, run.if_refused_skip)
    actor = Actor(f"rule:{run.rule}", unlimited=True)
    try:
        with acting(actor, correlation=run.correlation, cause=run.event_id, depth=run.depth + 1):
            if spec.kind == EXTERNAL:
                return performers.get(run.action)(call, **run.arguments)
            return _perform_atomically(run, call)
    except (Blocked, NotAllowed) as refused:
        return Skipped(str(refused)) if run.if_refused_skip else Failed(str(refused), retryable=False)
    except NotDeclared as gone:
        return Failed(str(gone), retryable=False)
    except PravilaError as error:
        return Failed(str(error), retryable=error.code == "busy")
    except OperationalError as error:
        return Failed(f"the database was busy: {error}", retryable=True)
    except Exception as error:
        log.exception("action raised", extra={"run": run.pk, "action": run.action, "rule": run.rule})
        return Failed(f"{type(error).__name__}: {error}", retryable=True)
