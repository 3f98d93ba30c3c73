"""Actions that people ask for: same runs, same audit, and refused to who may not."""

from __future__ import annotations

import pytest

from actions import by_hand
from actions.runs import ActionRun, RunState
from core.acting import Actor
from core.audit import AuditRow
from core.errors import BadArguments, NotDeclared, NotPermitted
from core.events import Event
from core.holds import active
from tests.kit import a_fine, work

pytestmark = pytest.mark.django_db
ANA = Actor("user:7", roles=frozenset({"operator"}))
HOLD = {"transitions": ["settle"], "cause": "dispute"}


def test_it_is_carried_out_as_every_run_and_the_object_knows_who_asked() -> None:
    fine = a_fine()
    run = by_hand.ask(fine, "hold.place", HOLD, actor=ANA)
    work()
    run.refresh_from_db()
    assert (run.state, run.rule, run.target) == (RunState.DONE, "by-hand", fine.ref)
    assert [hold.cause for hold in active(fine.ref)] == ["dispute"]
    event = Event.objects.get(pk=run.event_id)
    assert (event.type, event.subject, event.actor) == ("action_run.asked", fine.ref, "user:7")
    assert AuditRow.objects.get(verb="action_run.asked").object == run.ref


def test_asked_twice_it_is_two_runs() -> None:
    fine = a_fine()
    keys = {by_hand.ask(fine, "hold.place", HOLD, actor=ANA).key for _time in range(2)}
    assert len(keys) == 2


def test_what_cannot_be_asked_for_is_refused_and_leaves_nothing() -> None:
    fine = a_fine()
    with pytest.raises(BadArguments):
        by_hand.ask(fine, "hold.place", {"cause": 5}, actor=ANA)
    with pytest.raises(NotDeclared):
        by_hand.ask(fine, "fine.settle", {}, actor=ANA)
    with pytest.raises(NotDeclared):
        by_hand.ask(fine, "invoice.create", {}, actor=ANA)
    with pytest.raises(NotPermitted):
        by_hand.ask(fine, "hold.place", HOLD, actor=Actor("user:8", roles=frozenset({"viewer", "approver"})))
    assert not ActionRun.objects.exists()
    assert not Event.objects.filter(type="action_run.asked").exists()
