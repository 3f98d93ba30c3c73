"""`needs`: a step begins when the step that it names is done, and is skipped with it. While that one is dead, it waits."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from actions import asking
from actions.runs import ActionRun, RunState
from core import bells, bulk, clock

ENDED = (RunState.DONE, RunState.SKIPPED, RunState.CANCELLED)


def release(runs: Sequence[ActionRun]) -> list[ActionRun]:
    """Let begin what needs one of these runs that is done; skip what needs one that ended otherwise. Those skipped."""
    ended = {run.key: run for run in runs if run.state in ENDED}
    if not ended:
        return []
    now = clock.now()
    waiting = list(ActionRun.objects.select_for_update().filter(needs__in=ended, state=RunState.WAITING).order_by("id"))
    for run in waiting:
        needed = ended[run.needs]
        if needed.state == RunState.DONE:
            run.due_at = max(run.due_at, now)
            asking.begin(run)
        else:
            said = f"{needed.state} with {needed.action}, which it needs: {needed.said}"
            run.state, run.said, run.finished_at = RunState.SKIPPED, said[:2000], now
    bulk.update(waiting, ("state", "said", "finished_at", "due_at", "ask_until"))
    for queue in sorted({run.queue for run in waiting if run.state == RunState.READY}):
        transaction.on_commit(lambda name=queue: bells.ring_queue(name))  # type: ignore[misc]
    return [run for run in waiting if run.state == RunState.SKIPPED]
