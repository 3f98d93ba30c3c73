"""What the live rules ask for in place of an action run: the same step on the same event, planned again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from actions import asking, planned_runs
from actions.finish import redrive
from actions.runs import ActionRun, RunState
from core import as_of
from core.events import Event
from rules.deciding import decide, lookups
from rules.in_force import live_versions
from rules.observing import Looked

PLANNED = (
    "target",
    "arguments",
    "due_at",
    "unless",
    "params",
    "version",
    "problem",
    "needs",
    "if_refused_skip",
    "rule_set",
    "ask",
)
TOLD = ("target", "arguments", "problem", "unless", "if_refused_skip")


@dataclass(frozen=True)
class Difference:
    """One part of the plan: what is stored, and what the live rules ask for."""

    name: str
    stored: Any
    live: Any


def replanned(run: ActionRun) -> ActionRun | None:
    """The run, unsaved, as the live rules plan it now; None where they ask for nothing there, or for another action."""
    event = Event.objects.get(pk=run.event_id)
    document, live = event.as_document(), live_versions([event.customer])
    history = Looked(event.pk, as_of.look_up(lookups(document, live, event.pk)))
    asked = {new.key: new for new in planned_runs.asked_for(event, decide(document, live, history=history))}
    new = asked.get(run.key)
    return None if new is None or new.action != run.action else new


def take_over(run: ActionRun, new: ActionRun) -> None:
    """Give a run that has not begun, or is dead, the plan of `new`; its key, and what a person answered, stay."""
    for name in PLANNED:
        setattr(run, name, getattr(new, name))
    if run.state in (RunState.READY, RunState.ASKING):
        asking.begin(run)  # what is asked by now was perhaps not asked before, or the other way round
    run.save(update_fields=[*PLANNED, "state", "ask_until"])


def differences(run: ActionRun, new: ActionRun) -> list[Difference]:
    """What is otherwise in the live plan; argument by argument."""
    found = [
        Difference(name, getattr(run, name), getattr(new, name))
        for name in TOLD
        if name != "arguments" and getattr(run, name) != getattr(new, name)
    ]
    names = sorted({*run.arguments, *new.arguments})
    values = ((name, run.arguments.get(name), new.arguments.get(name)) for name in names)
    return found + [Difference(name, old, other) for name, old, other in values if old != other]


@transaction.atomic
def redrive_as_planned_now(run_id: int) -> bool:
    """Try a dead run again with the plan of the live rules and the same key. False where it is not dead, or where the
    live rules ask for nothing there."""
    run = ActionRun.objects.select_for_update().filter(pk=run_id, state=RunState.DEAD).first()
    new = replanned(run) if run is not None else None
    if run is None or new is None:
        return False
    take_over(run, new)
    return redrive(run_id)


def done_beside(runs: Sequence[ActionRun]) -> dict[tuple[int, str], list[str]]:
    """(event, rule) of these runs -> the steps of the same decision that are done, and are not repeated."""
    done = ActionRun.objects.filter(event_id__in={run.event_id for run in runs}, state=RunState.DONE)
    found: dict[tuple[int, str], list[str]] = {}
    for event, rule, action, row in done.order_by("pk").values_list("event_id", "rule", "action", "row"):
        found.setdefault((event, rule), []).append(f"{action} {row}".strip())
    return found
