"""Where a run begins: at once, or with the question to a person that its step demands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from actions.runs import ActionRun, RunState
from core import clock
from rules.durations import Duration


def begin(run: ActionRun) -> None:
    """Let a run, unsaved, begin that waits for no other: where its step asks a person who did not answer yet, it waits for
    the yes."""
    run.state = RunState.READY
    if run.ask and not run.answer and not run.problem:
        run.state, run.ask_until = RunState.ASKING, _end(run.ask)


def _end(ask: dict[str, Any]) -> datetime:
    """When silence becomes a no: counted from now, when the question is put."""
    now = clock.now()
    within = Duration.parse(ask["within"])
    end = within.after(now) if within else None
    return end if isinstance(end, datetime) else now + timedelta(days=1)
