"""Action runs that wait when their rule is published anew: they keep their plan, are planned again, or are cancelled."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actions import planned_runs
from actions.finish import cancel
from actions.runs import ActionRun, RunState
from core import as_of
from core.events import Event
from rules.deciding import decide, lookups
from rules.in_force import live_versions
from rules.observing import Looked
from rules.reach import Change, Reach, reaches

WAITING = (RunState.READY, RunState.WAITING)
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
)


def waiting(change: Change) -> QuerySet[ActionRun]:
    """The runs of changed and stopped rules that have not begun, the earliest first."""
    runs = ActionRun.objects.filter(state__in=WAITING, rule__in=change.rules)
    runs = runs.filter(customer=change.customer) if change.customer else runs.filter(rule_set=change.set)
    return runs.order_by("due_at", "pk")


def listed(change: Change, most: int) -> list[str]:
    """Some of them as sentences."""
    return [
        f"{run.action} on {run.target or run.subject}, asked for by {run.rule}, due {run.due_at:%Y-%m-%d %H:%M} UTC"
        for run in waiting(change)[:most]
    ]


def carry_out(change: Change, choice: str, version: str) -> int:
    """Keep, plan again or cancel what waits; how many runs it was."""
    if choice == "keep":
        return waiting(change).count()
    runs = list(waiting(change).select_for_update())
    for run in runs:
        if choice == "replan":
            _replan(run, version)
        else:
            cancel(run.pk, f"its rule is another one from {version} on")
    return len(runs)


def _replan(run: ActionRun, version: str) -> None:
    """Take over what the live rules ask for at this step on the same event; where they ask for nothing, cancel."""
    event = Event.objects.get(pk=run.event_id)
    document, live = event.as_document(), live_versions([event.customer])
    history = Looked(event.pk, as_of.look_up(lookups(document, live, event.pk)))
    asked = {new.key: new for new in planned_runs.asked_for(event, decide(document, live, history=history))}
    new = asked.get(run.key)
    if new is None or new.action != run.action:
        cancel(run.pk, f"the rules of {version} do not ask for it any more")
        return
    for name in PLANNED:
        setattr(run, name, getattr(new, name))
    run.save(update_fields=PLANNED)


reaches.add(
    "waiting_runs",
    Reach(
        name="waiting_runs",
        title=_("actions that wait because of these rules"),
        choices={"keep": _("keep as planned"), "replan": _("plan again by the new rules"), "cancel": _("cancel")},
        count=lambda change: waiting(change).count(),
        listed=listed,
        carry_out=carry_out,
    ),
)
