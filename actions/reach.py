"""Action runs that wait when their rule is published anew: they keep their plan, are planned again, or are cancelled."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actions.finish import cancel
from actions.replanning import replanned, take_over
from actions.runs import ActionRun, RunState
from rules.decisions import Decision
from rules.reach import Change, Reach, reaches

WAITING = (RunState.READY, RunState.WAITING, RunState.ASKING)


def waiting(change: Change) -> QuerySet[ActionRun]:
    """The runs of changed and stopped rules that have not begun, the earliest first."""
    runs = ActionRun.objects.filter(state__in=WAITING, rule__in=change.rules)
    if change.customer:
        runs = runs.filter(customer=change.customer)
    elif change.segment:
        decided = Decision.objects.filter(segment__key=change.segment).values("event_id")
        runs = runs.filter(event_id__in=decided)
    else:
        runs = runs.filter(rule_set=change.set)
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
    new = replanned(run)
    if new is None:
        cancel(run.pk, f"the rules of {version} do not ask for it any more")
    else:
        take_over(run, new)


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
