"""Runs that waited and are due while an exemption counts: they wait until it is over."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from actions.runs import ActionRun, RunState
from core import clock
from rules import exemptions
from rules.decisions import Decision
from rules.exemptions import Exemption, Exemptions
from rules.pinned import effective_rules


def until(run: ActionRun) -> datetime | None:
    """The end of the exemption that keeps a due run waiting. None for what was asked for just now, which its decision looked
    at already, and for what has begun."""
    if run.attempts or run.due_at <= run.created_at:
        return None
    return resumes(run, exemptions.of((run.subject, run.customer)), clock.now())


def resumes(run: ActionRun, given: Exemptions, at: datetime) -> datetime | None:
    """The end of what keeps a run that is due at `at` waiting, by these exemptions; None where nothing does."""
    whom = run.subject, run.customer
    return exemptions.end_of(run.rule, _group(run), given, whom, at) if any(map(given.get, whom)) else None


def go_on(ended: Exemption) -> None:
    """What waits for the end of this exemption is due now; the runner asks whether another one keeps it."""
    whose = Q(subject=ended.per) | Q(customer=ended.per)
    ActionRun.objects.filter(whose, state=RunState.READY, due_at=ended.until).update(due_at=ended.ended_at)


def _group(run: ActionRun) -> str | None:
    made = Decision.objects.filter(event_id=run.event_id).exclude(outcome="failed")  # it may have been tried anew since
    decision = made.order_by("pk").last()
    effective = effective_rules(decision) if decision is not None else None
    return next((rule.group for rule in effective.rules if rule.key == run.rule), None) if effective else None


exemptions.told_of_an_end.append(go_on)
