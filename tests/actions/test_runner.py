"""Runs: tried again with back-off, dead letters that can be redriven, and nothing half done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions import retries, runner
from actions.finish import cancel, redrive
from actions.gateways.mail import Mail
from actions.runs import ActionRun, Attempt, RunState
from core import clock
from core.catalog import actions as declared
from core.events import Event
from core.machine import perform
from tests.fines.actions import NOTED
from tests.kit import a_fine, in_force, outcomes, work

pytestmark = pytest.mark.django_db


def rule(*steps: dict, when: str = "fine.created", key: str = "rule") -> dict:
    return {"key": key, "when": when, "then": list(steps)}


def later(**span: float):
    return clock.turned_to(clock.now() + timedelta(**span))


def test_a_permanent_failure_is_a_dead_letter_at_once_and_harms_nothing_else() -> None:
    in_force(rule({"do": "test.break"}, {"do": "test.note"}))
    fine = a_fine()
    work()
    assert outcomes() == [("test.break", fine.ref, "dead"), ("test.note", fine.ref, "done")]
    run = ActionRun.objects.get(state="dead")
    assert (run.said, run.attempts) == ("it does not work", 1)
    assert not Event.objects.filter(type="fine.updated").exists(), "what the failed action wrote is gone with it"
    died = Event.objects.get(type="action_run.died")
    assert died.facts["action_run"] == {"action": "test.break", "rule": "rule", "attempts": 1, "target": fine.ref}


def test_a_transient_failure_is_tried_again_later_and_later_until_it_is_used_up() -> None:
    in_force(rule({"do": "test.break", "with": {"retryable": True}}))
    a_fine()
    work()
    waits = []
    for number in range(2):
        run = ActionRun.objects.get()
        waits.append((run.due_at - Attempt.objects.get(number=number + 1).finished_at).total_seconds())
        assert run.state == RunState.READY
        with clock.turned_to(run.due_at + timedelta(seconds=1)):
            work()
    run = ActionRun.objects.get()
    assert (run.state, run.attempts) == ("dead", declared.get("test.break").max_attempts)
    assert 4 <= waits[0] <= 6 < 12 <= waits[1] <= 18
    assert list(Attempt.objects.order_by("number").values_list("number", "ended", "reason")) == [
        (number, "failed", "it does not work") for number in (1, 2, 3)
    ]


def test_a_bug_in_an_action_is_seen_and_undone() -> None:
    in_force(rule({"do": "test.break", "with": {"crash": True}}))
    a_fine()
    work()
    assert Attempt.objects.get().reason == "ZeroDivisionError: a bug"
    assert not Event.objects.filter(type="fine.updated").exists()


def test_a_dead_letter_is_redriven_with_its_plan_and_key() -> None:
    in_force(rule({"do": "fine.settle"}))
    fine = a_fine()
    work()
    run = ActionRun.objects.get()
    assert run.state == "dead"
    assert "is created: settle is possible only from paid_part" in run.said
    perform(fine, "payment", arguments={"paid_minor": 3600})
    work()
    assert redrive(run.pk)
    assert not redrive(run.pk), "it is not dead any more"
    work()
    again = ActionRun.objects.get()
    assert (again.state, again.key) == ("done", run.key)


def test_a_redriven_run_may_use_its_attempts_anew_and_die_again() -> None:
    in_force(rule({"do": "test.break", "with": {"retryable": True}}))
    a_fine()
    for day in range(1, 7):
        with later(days=day):
            work()
            redrive(ActionRun.objects.get().pk)
    assert Event.objects.filter(type="action_run.died").count() == 2
    assert ActionRun.objects.get().attempts == 6


def test_a_refusal_is_a_failure_unless_the_rule_says_that_it_is_a_skip() -> None:
    in_force(
        rule({"do": "fine.settle"}, key="strict"), rule({"do": "fine.settle", "if_refused": "skip"}, key="lenient")
    )
    fine = a_fine()
    work()
    states = dict(ActionRun.objects.values_list("rule", "state"))
    assert states == {"strict": "dead", "lenient": "skipped"}
    perform(fine, "payment", arguments={"paid_minor": 10})
    in_force(rule({"do": "fine.settle", "if_refused": "skip"}, when="fine.send_fine", key="after"))
    perform(fine, "send_fine", arguments={"expense_minor": 0})
    work()
    assert "possible only from" in ActionRun.objects.get(rule="after").said


def test_a_value_that_is_missing_is_a_dead_letter_with_its_reason() -> None:
    in_force(rule({"do": "fine.add_penalty", "with": {"amount_minor": {"fact": "fine.nothing"}}}, {"do": "test.note"}))
    a_fine()
    work()
    run = ActionRun.objects.get(action="fine.add_penalty")
    assert run.state == "dead"
    assert "fine.nothing is not set" in run.said
    assert ActionRun.objects.get(action="test.note").state == "done"


def test_an_action_that_is_gone_says_so() -> None:
    in_force(rule({"do": "test.note"}))
    a_fine()
    from actions.dispatch import dispatch_all

    dispatch_all()
    ActionRun.objects.update(action="test.gone")
    work()
    assert "there is no action test.gone any more" in ActionRun.objects.get().said


def test_a_run_that_waits_can_be_cancelled() -> None:
    in_force(rule({"do": "test.note", "after": "1d"}))
    a_fine()
    work()
    NOTED.clear()
    assert cancel(ActionRun.objects.get().pk, "not wanted")
    with later(days=2):
        work()
    assert NOTED == []
    assert ActionRun.objects.get().state == "cancelled"


def test_a_silent_worker_loses_its_run_and_the_next_attempt_has_the_same_key() -> None:
    in_force(rule({"do": "test.note"}))
    a_fine()
    from actions.dispatch import dispatch_all

    dispatch_all()
    run = ActionRun.objects.get()
    run.state, run.lease, run.lease_until, run.attempts = "running", "x", clock.now(), 1
    run.save()
    Attempt.objects.create(run=run, number=1, started_at=clock.now())
    NOTED.clear()
    with later(seconds=1):
        assert runner.reap() == 1
        assert runner.reap() == 0
    with later(minutes=1):
        work()
    assert [run.key] == NOTED
    assert list(Attempt.objects.order_by("number").values_list("ended", flat=True)) == ["lost", "done"]


def test_the_wait_grows_and_is_bounded() -> None:
    for attempt, base in ((1, 5), (2, 15), (3, 45), (20, 6 * 3600)):
        for _sample in range(50):
            assert 0.8 * base <= retries.delay(attempt).total_seconds() <= 1.2 * base


def test_the_same_message_sent_again_has_the_same_id() -> None:
    one, two, other = (Mail("a@example.org", "s", "t", key) for key in ("k", "k", "l"))
    assert one.message_id == two.message_id != other.message_id
