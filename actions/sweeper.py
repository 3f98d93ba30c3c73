"""The sweeper: finds work that no bell announced, and runs whose worker went silent."""

from __future__ import annotations

import time

from actions import questions
from actions.dispatch import find_lost
from actions.runner import reap
from actions.runs import ActionRun, RunState
from core import bells, clock, idempotency, tallies
from core.outbox import Outbox
from rules import moment_clock, parity
from rules.overlay_conflicts import sound_alarms
from rules.scheduling import publish_due
from rules.simulation import backtests
from state_machines import webhook_queue

SEARCH_SECONDS = 60  # between two searches for lost events; they read far more than they ever find
_searched = [float("-inf")]


def sweep() -> None:
    """Take back stale runs, queue lost events, publish what is due, and ring every bell that has work."""
    reap()
    questions.lapse()
    publish_due()
    if time.monotonic() - _searched[0] >= SEARCH_SECONDS:
        _searched[0] = time.monotonic()
        find_lost()
        sound_alarms()
        idempotency.forget_old()
        tallies.count()
        if parity.is_due():
            parity.evaluate()
    if Outbox.objects.filter(held=False).exists():
        bells.ring_dispatch()
    if moment_clock.is_due():
        bells.ring_moments()
    if backtests.waiting():
        bells.ring_backtests()
    if webhook_queue.is_due():
        bells.ring_webhooks()
    for queue in due_queues():
        bells.ring_queue(queue)


def due_queues() -> list[str]:
    """Queues with a run that is due now."""
    due = ActionRun.objects.filter(state=RunState.READY, due_at__lte=clock.now())
    return list(due.order_by("queue").values_list("queue", flat=True).distinct())
