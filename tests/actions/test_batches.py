"""Internal runs are carried out together, and yet each for itself: one that is in the way harms no other."""

from __future__ import annotations

from functools import partial
from threading import Event as Flag

import pytest
from django.db import connection, transaction

from actions.declare import Call
from actions.dispatch import dispatch_all
from actions.outcome import Done, Outcome
from actions.runner import run_due
from actions.runs import ActionRun, Attempt
from core.events import Event
from core.machine import lock
from tests.actions.made_up import declared
from tests.fines.models import Fine, Letter
from tests.kit import a_fine, in_force
from tests.parallel import at_once

PAY = {"key": "pay", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_a_run_whose_subject_is_locked_waits_while_the_others_are_done() -> None:
    in_force(PAY)
    fines = [a_fine(case=f"case-{number}") for number in range(10)]
    dispatch_all()
    locked, release = Flag(), Flag()
    done_meanwhile = []

    def hold() -> None:
        with transaction.atomic():
            lock(Fine, fines[3].pk)
            locked.set()
            assert release.wait(30)

    def carry_out() -> int:
        assert locked.wait(20)
        return run_due("high")

    def watch() -> None:
        limit = 3000
        while ActionRun.objects.filter(state="done").count() < 9 and limit:
            limit -= 1
            Flag().wait(0.005)
        done_meanwhile.append(sorted(ActionRun.objects.filter(state="done").values_list("target", flat=True)))
        release.set()

    _held, worked, _watched = at_once(hold, carry_out, watch)
    assert done_meanwhile == [sorted(fine.ref for fine in fines if fine.pk != fines[3].pk)]
    assert worked == 10
    assert set(ActionRun.objects.values_list("state", "attempts")) == {("done", 1)}
    assert Event.objects.filter(type="fine.payment").count() == 10


def test_what_fails_at_the_commit_fails_alone_and_visibly() -> None:
    """A foreign key is checked when the batch commits; then none of it holds, and each run is done by itself."""
    in_force({"key": "break", "when": "fine.created", "then": [{"do": "test.dangling"}]}, PAY)

    def dangling(call: Call) -> Outcome:
        with connection.cursor() as cursor:
            if call.row().case == "bad":
                cursor.execute("INSERT INTO auth_user_groups (user_id, group_id) VALUES (9999, 9999)")
        return Done("written")

    with declared("test.dangling", dangling, queue="high", max_attempts=1):
        for case in ("one", "bad", "two"):
            a_fine(case=case)
        dispatch_all()
        run_due("high", limit=1000)
    bad = Fine.objects.get(case="bad").ref
    dead = ActionRun.objects.get(state="dead")
    assert (dead.action, dead.target, dead.attempts) == ("test.dangling", bad, 1)
    assert "auth_user_groups" in dead.said
    assert ActionRun.objects.filter(state="done", attempts=1).count() == 5
    assert Event.objects.filter(type="action_run.died").count() == 1
    assert Attempt.objects.count() == 6
    assert Event.objects.filter(type="fine.payment").count() == 3


def test_several_workers_do_each_run_once() -> None:
    in_force(PAY)
    for number in range(120):
        a_fine(case=f"case-{number}")
    dispatch_all()
    worked = at_once(*(partial(run_due, "high", limit=1000) for _worker in range(4)))
    assert all(isinstance(count, int) for count in worked)
    run_due("high", limit=1000)
    assert set(ActionRun.objects.values_list("state", "attempts")) == {("done", 1)}
    assert Event.objects.filter(type="fine.payment").count() == 120


def test_runs_of_one_subject_in_several_hands_wait_for_each_other() -> None:
    poke = [{"do": "test.poke", "id": f"poke-{number}"} for number in range(40)]
    in_force({"key": "poke", "when": "fine.created", "then": poke})
    a_fine()
    dispatch_all()
    at_once(*(partial(run_due, "default", limit=1000) for _worker in range(3)))
    run_due("default", limit=1000)
    assert set(ActionRun.objects.values_list("state", flat=True)) == {"done"}
    assert Event.objects.filter(type="fine.updated").count() == 40


def test_a_unique_key_in_the_way_is_a_failure_of_one_run() -> None:
    def make(_call: Call) -> Outcome:
        Letter.objects.create(case="x", kind="penalty", key="the same")
        return Done("made")

    in_force({"key": "make", "when": "fine.created", "then": [{"do": "test.make"}]})
    with declared("test.make", make, max_attempts=1):
        for case in ("one", "two", "three"):
            a_fine(case=case)
        dispatch_all()
        run_due("default", limit=1000)
    assert sorted(ActionRun.objects.values_list("state", flat=True)) == ["dead", "dead", "done"]
    assert "IntegrityError" in ActionRun.objects.filter(state="dead").latest("id").said
    assert Letter.objects.count() == 1
