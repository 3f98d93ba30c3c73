"""`unless`: what stops a run that waits, asked again on the newest facts of its subject."""

from __future__ import annotations

from collections.abc import Iterable

from actions.finish import after
from actions.runs import ActionRun, RunState
from core.events import Event
from rules.deciding import holds


def stops(run: ActionRun) -> str | None:
    """None, or why the run is not to be carried out any more; asked by the runner under the run's lock."""
    if run.unless is None:
        return None
    newest = Event.objects.filter(subject=run.subject).order_by("-sequence").first()
    return _reason(run, newest) if newest is not None else None


def stop_waiting(events: Iterable[Event]) -> int:
    """Stop the waiting runs whose `unless` one of these events makes true. The number of runs stopped.

    Called by dispatch, inside its transaction; each run is stopped under its own lock.
    """
    by_subject: dict[str, list[Event]] = {}
    for event in events:
        by_subject.setdefault(event.subject, []).append(event)
    states = [RunState.READY, RunState.WAITING, RunState.ASKING]
    waiting = ActionRun.objects.filter(state__in=states, subject__in=by_subject, unless__isnull=False)
    stopped = 0
    for run in waiting.select_for_update(skip_locked=True).order_by("id"):
        later = (event for event in by_subject[run.subject] if event.pk > run.event_id)
        if reason := next((found for event in later if (found := _reason(run, event))), None):
            run.state, run.said, run.finished_at = (
                RunState.SKIPPED,
                reason,
                max(event.at for event in by_subject[run.subject]),
            )
            run.save(update_fields=["state", "said", "finished_at"])
            after([run])
            stopped += 1
    return stopped


def _reason(run: ActionRun, event: Event) -> str | None:
    if run.unless is not None and holds(run.unless, event.as_document(), run.params):
        return f"stopped by its `unless`, which {event.type} ({event.name}) made true"
    return None
