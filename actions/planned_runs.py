"""From a decided plan to rows: the decision, and the action runs that it asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions import asking
from actions.limits import Limits
from actions.runs import ActionRun, RunState
from core import catalog
from core.events import Event
from rules.aggregates import ITEM
from rules.deciding import Decided, Planned, as_data
from rules.decisions import Decision
from rules.durations import Duration
from rules.once import use_up
from rules.planning import PlannedAction


def of(
    event: Event, decided: Decided | None, problem: str, attempt: int, limits: Limits
) -> tuple[Decision, list[ActionRun]]:
    """The decision row and the runs of one event, unsaved. Uses up `once` inside the open transaction."""
    if decided is None:
        outcome = "failed" if problem else "too_deep"
        said = (
            problem or f"the chain of events that led here is {event.depth} long; look for rules that cause each other"
        )
        return Decision(event_id=event.pk, attempt=attempt, outcome=outcome, problem=said), []
    held_back = dict(decided.held_back)
    acting, runs = [], []
    for planned in decided.planned:
        if reason := limits.why_not(planned, event) or _used_up(planned, event):
            held_back[planned.rule.key] = reason
            continue
        limits.count(planned)
        acting.append(planned)
        runs += [_run(event, planned, action, decided.params) for action in planned.actions]
    decision = Decision(
        event_id=event.pk,
        attempt=attempt,
        outcome="acted" if acting else "nothing",
        house=decided.house,
        overlay=decided.overlay,
        segment=decided.segment,
        rules=[planned.rule.key for planned in acting],
        plan=[row for planned in acting for row in as_data(planned.actions)],
        held_back=held_back,
        observed=decided.observed,
    )
    return decision, runs


def asked_for(event: Event, decided: Decided) -> list[ActionRun]:
    """The runs that a decision asks for, unsaved; whether its rules may act is not asked."""
    return [_run(event, one, action, decided.params) for one in decided.planned for action in one.actions]


def _used_up(planned: Planned, event: Event) -> str | None:
    once = planned.rule.document.get("once")
    if once is None or not planned.actions:
        return None
    per = target_of(once["per"], event) or event.subject
    every = Duration.parse(once["every"]) if "every" in once else None
    return use_up(planned.rule_set, planned.rule.key, per, event, every=every, again_after=once.get("again_after"))


def target_of(name: str | None, event: Event) -> str | None:
    """The reference that `target` or `per` names on this event: its subject, its customer, or a related object."""
    if name is None or name in ("subject", event.noun):
        return event.subject
    if name == "customer":
        return event.customer or None
    related: Any = event.facts.get(name)
    return related.get("ref") if isinstance(related, dict) else None


def _key(event: Event, planned: Planned, step: str, row: str | None) -> str:
    return f"{event.pk}/{planned.rule.key}/{step}/{row or ''}"


def _needed(event: Event, planned: Planned, action: PlannedAction) -> str:
    """The key of the run that must be done before: within the row where that has the step, else beside the rows."""
    if not action.needs:
        return ""
    within = any(other.id == action.needs and other.row == action.row for other in planned.actions)
    return _key(event, planned, action.needs, action.row if within else None)


def _run(event: Event, planned: Planned, action: PlannedAction, params: dict[str, Any]) -> ActionRun:
    spec = catalog.actions.find(action.do)
    target = action.row if action.target == ITEM else target_of(action.target, event)
    problem = action.problem
    if problem is None and target is None:
        problem = f"{event.name} has no {action.target} to act on"
    due_at = event.at
    try:
        due_at += timedelta(seconds=action.after or 0)
    except OverflowError:
        problem = problem or "its waiting time ends after the last day of the calendar"
    run = ActionRun(
        key=_key(event, planned, action.id, action.row),
        row=action.row or "",
        event_id=event.pk,
        subject=event.subject,
        customer=event.customer,
        rule_set=planned.rule_set,
        rule=planned.rule.key,
        version=planned.version,
        item=action.id,
        action=action.do,
        target=target or "",
        arguments=action.arguments,
        queue=spec.queue if spec else "default",
        problem=problem or "",
        due_at=due_at,
        unless=action.unless,
        needs=_needed(event, planned, action),
        state=RunState.WAITING,
        ask={**action.ask, "hours": action.hours} if action.ask else None,
        params=params if action.unless else {},
        uses_once=action.once is not None,
        if_refused_skip=action.if_refused == "skip",
        correlation=event.correlation,
        depth=event.depth,
        created_at=event.at,
    )
    if not run.needs:
        asking.begin(run)
    return run
