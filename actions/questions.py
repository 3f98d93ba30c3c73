"""`ask`: a step waits until a person with the role says yes. No, or silence, skips it; a run that is asked for is never
performed before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from actions.finish import after
from actions.runs import ActionRun, RunState
from core import audit, bells, clock
from core.acting import Actor, acting, present
from core.errors import NotPermitted, ObjectMissing, PravilaError
from core.permission import ADMINISTRATOR
from rules.calendars import find

BATCH = 500  # questions that lapse in one sweep


class NotAsked(PravilaError):
    """{ref} does not wait for a yes any more: it is {state}. {said}"""

    status = 409
    code = "not-asked"


def open_questions() -> QuerySet[ActionRun]:
    """The runs that wait for a yes, whose time is over first."""
    return ActionRun.objects.filter(state=RunState.ASKING).order_by("ask_until", "pk")


def may_answer(actor: Actor, run: ActionRun) -> bool:
    """Whether the actor has the role that the step asks; an administrator has them all."""
    return actor.customers is None and (actor.unlimited or bool(actor.roles & {role_of(run), ADMINISTRATOR}))


def role_of(run: ActionRun) -> str:
    """The role that the step asks."""
    return str((run.ask or {}).get("role", ""))


def answer(key: int, *, yes: bool, reason: str = "", actor: Actor | None = None) -> ActionRun:
    """Say yes or no to a run, once and for all; of two people the first decides. After a yes it is carried out when it is
    due, within its opening hours, unless something else stops it. Raises ObjectMissing, NotPermitted, or NotAsked where it
    was answered, stopped, or its time is over."""
    with acting(actor), transaction.atomic():
        run = ActionRun.objects.select_for_update().filter(pk=key, ask__isnull=False).first()
        who = present().actor
        if run is None:
            raise ObjectMissing(ref=f"action_run:{key}")
        if not may_answer(who, run):
            raise NotPermitted(actor=who.ref, what=f"answer what is asked of the role {role_of(run)}")
        now = clock.now()
        if run.state == RunState.ASKING and run.ask_until is not None and run.ask_until <= now:
            raise NotAsked(ref=run.ref, state="over", said="Nobody answered in time, which is no.")
        if run.state != RunState.ASKING:
            raise NotAsked(ref=run.ref, state=RunState(run.state).label, said=run.said or "Look at the action run.")
        run.answer = {"answer": "yes" if yes else "no", "by": who.ref, "at": now.isoformat()}
        if yes:
            run.state, run.due_at = RunState.READY, _opening(run, max(run.due_at, now))
            transaction.on_commit(lambda queue=run.queue: bells.ring_queue(queue))  # type: ignore[misc]
        else:
            _refuse(run, f"{who.ref} said no", now)
        run.save(update_fields=["answer", "state", "due_at", "said", "finished_at"])
        audit.note(f"action_run.answered_{run.answer['answer']}", run.ref, text=reason.strip()[:500])
        if not yes:
            after([run])
        return run


def lapse() -> int:
    """Silence is no: skip the runs that nobody answered in time. How many; for the sweeper."""
    late = ActionRun.objects.filter(state=RunState.ASKING, ask_until__lte=clock.now()).order_by("ask_until", "pk")
    lapsed = 0
    for key in list(late.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            run = late.select_for_update(skip_locked=True).filter(pk=key).first()
            if run is None:
                continue
            now = clock.now()
            run.answer = {"answer": "silence", "by": "", "at": now.isoformat()}
            _refuse(run, f"nobody with the role {role_of(run)} said yes within {(run.ask or {}).get('within')}", now)
            run.save(update_fields=["answer", "state", "said", "finished_at"])
            after([run])
            lapsed += 1
    return lapsed


def _refuse(run: ActionRun, said: str, now: datetime) -> None:
    run.state, run.said, run.finished_at = RunState.SKIPPED, said, now


def _opening(run: ActionRun, due: datetime) -> datetime:
    """A yes at night does not open the office."""
    calendar = find(run.ask["hours"]) if run.ask and run.ask.get("hours") else None
    return (calendar.next_opening(due) if calendar else None) or due
