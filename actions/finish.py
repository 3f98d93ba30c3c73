"""How a run ends: done, skipped, tried again later, or dead; in the transaction that holds its row lock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions import asking, needs
from actions.outcome import Done, Failed, Outcome, Skipped
from actions.retries import delay
from actions.runs import ActionRun, Attempt, AttemptDetail, RunState
from core import bells, bulk, catalog, clock, event_log
from core.acting import SYSTEM, acting
from core.catalog import EventType, Fact, Kind
from core.declare import event_type
from rules.once import give_back, hold

DIED: EventType = event_type(
    "action_run.died",
    _("An action run became a dead letter"),
    facts=(
        Fact("action_run.action", Kind.TEXT, free_of_persons=True),
        Fact("action_run.rule", Kind.TEXT, free_of_persons=True),
        Fact("action_run.attempts", Kind.INTEGER),
        Fact("action_run.target", Kind.REF),
    ),
    internal=True,
)
MAX_SAID = 2000
NOTHING = (RunState.DEAD, RunState.SKIPPED, RunState.CANCELLED)
ENDING = ("state", "said", "finished_at", "due_at", "attempts", "spent", "deaths", "lease", "lease_until")


@dataclass(frozen=True)
class Ended:
    """One attempt that ended, of a run whose row is locked."""

    run: ActionRun
    outcome: Outcome
    started_at: datetime


def store(ended: Sequence[Ended]) -> None:
    """Store first attempts that began and ended in this transaction, and what follows for their runs."""
    attempts: list[tuple[Attempt, Outcome]] = []
    detailed: list[tuple[Attempt, Outcome]] = []
    for end in ended:
        end.run.attempts += 1
        attempt = Attempt(run=end.run, number=end.run.attempts, started_at=end.started_at)
        _settle(end.run, attempt, end.outcome)
        (detailed if _has_detail(end.outcome) else attempts).append((attempt, end.outcome))
    bulk.insert([attempt for attempt, _outcome in attempts])
    for attempt, outcome in detailed:
        attempt.save()
        _keep_detail(attempt, outcome)
    bulk.update([end.run for end in ended], ENDING)
    after([end.run for end in ended])


def finish(run: ActionRun, outcome: Outcome, *, ended: str | None = None) -> None:
    """Store the end of the attempt that a leased run began earlier."""
    attempt = run.tries.get(number=run.attempts)
    _settle(run, attempt, outcome, ended)
    attempt.save(update_fields=["finished_at", "ended", "reason"])
    if _has_detail(outcome):
        _keep_detail(attempt, outcome)
    bulk.update([run], ENDING)
    after([run])


def _settle(run: ActionRun, attempt: Attempt, outcome: Outcome, ended: str | None = None) -> None:
    now = clock.now()
    attempt.finished_at = now
    run.lease, run.lease_until = "", None
    match outcome:
        case Done():
            attempt.ended = "done"
            _end(run, RunState.DONE, outcome.said)
        case Skipped():
            attempt.ended, attempt.reason = "skipped", _text(outcome.reason)
            _end(run, RunState.SKIPPED, outcome.reason)
        case Failed():
            attempt.ended, attempt.reason = ended or "failed", _text(outcome.reason)
            _fail(run, outcome)


def _end(run: ActionRun, state: RunState, said: str) -> None:
    run.state, run.said, run.finished_at = state, _text(said), clock.now()


def _fail(run: ActionRun, outcome: Failed) -> None:
    spec = catalog.actions.find(run.action)
    if not outcome.counted:
        run.spent += 1
    if outcome.retryable and spec is not None and run.attempts - run.spent < spec.max_attempts:
        run.state, run.said = RunState.READY, _text(outcome.reason)
        run.due_at = clock.now() + delay(max(1, run.attempts - run.spent), outcome.retry_after)
        return
    run.deaths += 1
    _end(run, RunState.DEAD, outcome.reason)
    with acting(SYSTEM, correlation=run.correlation, cause=run.event_id, depth=run.depth + 1):
        facts = {"action": run.action, "rule": run.rule, "attempts": run.attempts, "target": run.target}
        event_log.append(
            type=DIED.name, subject=run.ref, sequence=run.deaths - 1, facts={"action_run": facts}, customer=run.customer
        )


def after(runs: Sequence[ActionRun]) -> None:
    """What follows from the end of these runs: steps that need them, and the `once` of a rule of which nothing came."""
    if skipped := needs.release(runs):
        after(skipped)
    for run in runs:
        if run.uses_once and run.state in NOTHING:
            hold(run.rule, run.event_id)  # of two runs that end at once, the later one sees the other
            same = ActionRun.objects.filter(event_id=run.event_id, rule=run.rule)
            if not same.exclude(state__in=NOTHING).exists():
                give_back(run.rule, run.event_id)


def _has_detail(outcome: Outcome) -> bool:
    return not isinstance(outcome, Skipped) and not (outcome.request is None and outcome.answer is None)


def _keep_detail(attempt: Attempt, outcome: Outcome) -> None:
    if not isinstance(outcome, Skipped):
        request, answer = _plain(outcome.request), _plain(outcome.answer)
        AttemptDetail.objects.create(attempt_id=attempt.pk, request=request, answer=answer)


def _plain(value: Any) -> Any:
    """As JSON data that both databases keep, whatever an outside service answered."""
    try:
        text = json.dumps(value, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(repr(value))
    return _storable(json.loads(text))


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def _text(said: str) -> str:
    """Bounded, without the sign that PostgreSQL does not keep."""
    return str(said).replace("\0", "")[:MAX_SAID]


@transaction.atomic
def redrive(run_id: int) -> bool:
    """Try a dead run again, with its stored plan and the same key. False where it is not dead."""
    run = ActionRun.objects.select_for_update().filter(pk=run_id, state=RunState.DEAD).first()
    if run is None:
        return False
    asking.begin(run)
    run.due_at, run.finished_at, run.spent = clock.now(), None, run.attempts
    run.save()
    queue = run.queue
    transaction.on_commit(lambda: bells.ring_queue(queue))
    return True


@transaction.atomic
def cancel(run_id: int, reason: str) -> bool:
    """Stop a run that has not begun. False where it has begun or ended."""
    run = (
        ActionRun.objects.select_for_update()
        .filter(pk=run_id, state__in=[RunState.READY, RunState.WAITING, RunState.ASKING, RunState.DEAD])
        .first()
    )
    if run is None:
        return False
    _end(run, RunState.CANCELLED, reason)
    run.save()
    after([run])
    return True
