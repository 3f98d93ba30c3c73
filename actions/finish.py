"""How a run ends: done, skipped, tried again later, or dead; in the transaction that holds its row lock."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from actions.outcome import Done, Failed, Outcome, Skipped
from actions.retries import delay
from actions.runs import ActionRun, Attempt, AttemptDetail, RunState
from core import bells, catalog, clock, event_log
from core.acting import Actor, acting
from core.catalog import EventType, Fact, Kind
from core.declare import event_type

DIED: EventType = event_type(
    "action_run.died",
    "An action run became a dead letter",
    facts=(
        Fact("action_run.action", Kind.TEXT, free_of_persons=True),
        Fact("action_run.rule", Kind.TEXT, free_of_persons=True),
        Fact("action_run.attempts", Kind.INTEGER),
        Fact("action_run.target", Kind.REF),
    ),
    internal=True,
)
MAX_SAID = 2000


def finish(run: ActionRun, attempt: Attempt, outcome: Outcome, *, ended: str | None = None) -> None:
    """Store the outcome of one attempt and what follows from it for the run."""
    now = clock.now()
    attempt.finished_at = now
    run.lease, run.lease_until = "", None
    match outcome:
        case Done():
            _end(run, RunState.DONE, outcome.said)
            attempt.ended = "done"
        case Skipped():
            _end(run, RunState.SKIPPED, outcome.reason)
            attempt.ended, attempt.reason = "skipped", outcome.reason[:MAX_SAID]
        case Failed():
            attempt.ended, attempt.reason = ended or "failed", outcome.reason[:MAX_SAID]
            _fail(run, outcome)
    attempt.save()
    _keep_detail(attempt, outcome)


def _end(run: ActionRun, state: RunState, said: str) -> None:
    run.state, run.said, run.finished_at = state, said[:MAX_SAID], clock.now()
    run.save()


def _fail(run: ActionRun, outcome: Failed) -> None:
    spec = catalog.actions.find(run.action)
    if outcome.retryable and spec is not None and run.attempts - run.spent < spec.max_attempts:
        run.state, run.said = RunState.READY, outcome.reason[:MAX_SAID]
        run.due_at = clock.now() + delay(run.attempts)
        run.save()
        return
    run.deaths += 1
    _end(run, RunState.DEAD, outcome.reason)
    with acting(Actor("system"), correlation=run.correlation, cause=run.event_id, depth=run.depth + 1):
        facts = {"action": run.action, "rule": run.rule, "attempts": run.attempts, "target": run.target}
        event_log.append(
            type=DIED.name, subject=run.ref, sequence=run.deaths - 1, facts={"action_run": facts}, customer=run.customer
        )


def _keep_detail(attempt: Attempt, outcome: Outcome) -> None:
    if isinstance(outcome, Skipped) or (outcome.request is None and outcome.answer is None):
        return
    request, answer = _plain(outcome.request), _plain(outcome.answer)
    AttemptDetail.objects.create(attempt_id=attempt.pk, request=request, answer=answer)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


@transaction.atomic
def redrive(run_id: int) -> bool:
    """Try a dead run again, with its stored plan and the same key. False where it is not dead."""
    run = ActionRun.objects.select_for_update().filter(pk=run_id, state=RunState.DEAD).first()
    if run is None:
        return False
    run.state, run.due_at, run.finished_at, run.spent = RunState.READY, clock.now(), None, run.attempts
    run.save()
    queue = run.queue
    transaction.on_commit(lambda: bells.ring_queue(queue))
    return True


@transaction.atomic
def cancel(run_id: int, reason: str) -> bool:
    """Stop a run that has not begun. False where it has begun or ended."""
    run = ActionRun.objects.select_for_update().filter(pk=run_id, state__in=[RunState.READY, RunState.DEAD]).first()
    if run is None:
        return False
    _end(run, RunState.CANCELLED, reason)
    return True
