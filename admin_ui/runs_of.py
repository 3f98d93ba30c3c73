"""Action runs as other pages show them: in a short table beside what they belong to."""

from __future__ import annotations

from typing import Any

from actions.runs import ActionRun

MAX_SHOWN = 100


def runs_of(**about: Any) -> list[ActionRun]:
    """The newest runs that fit the given columns, without their long columns."""
    rows = ActionRun.objects.filter(**about).defer("arguments", "params", "unless")
    return list(rows.order_by("-id")[:MAX_SHOWN])


def by_event(runs: list[ActionRun]) -> dict[int, list[ActionRun]]:
    """The runs of each event, in the order in which they were asked for."""
    found: dict[int, list[ActionRun]] = {}
    for run in reversed(runs):
        found.setdefault(run.event_id, []).append(run)
    return found
