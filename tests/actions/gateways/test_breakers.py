"""Breakers: shut after failures in a row, open again by themselves, and no try is used up meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actions.dispatch import dispatch_all
from actions.gateways.breakers import FAILURES, FIRST_SECONDS, Breaker
from actions.gateways.doors import doubles
from actions.gateways.messages import SLACK, Message
from actions.outcome import Done, Failed, Outcome
from actions.runner import run_due
from actions.runs import ActionRun
from core import clock
from tests.kit import a_fine, in_force

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DOWN = Failed("slack answered 503", retryable=True)


def send() -> Outcome:
    return SLACK.through(lambda gateway: gateway.send(Message("ops", "text", "key")))


def test_it_shuts_after_failures_in_a_row_and_opens_by_itself() -> None:
    with clock.turned_to(NOON), doubles() as made:
        made["slack"].answers = [DOWN] * FAILURES
        for _call in range(FAILURES):
            assert send() == DOWN
        shut = send()
        assert isinstance(shut, Failed)
        assert (shut.retryable, shut.counted, shut.retry_after) == (True, False, FIRST_SECONDS)
        assert "shut for 30 s after 5 failures in a row: slack answered 503" in shut.reason
        assert len(made["slack"].sent) == FAILURES
        with clock.turned_to(NOON + timedelta(seconds=FIRST_SECONDS)):
            assert isinstance(send(), Done)
        assert not Breaker.objects.exists()


def test_one_more_failure_shuts_it_for_twice_as_long() -> None:
    with doubles() as made:
        made["slack"].answers = [DOWN] * (FAILURES + 1)
        with clock.turned_to(NOON):
            for _call in range(FAILURES):
                send()
        with clock.turned_to(NOON + timedelta(seconds=FIRST_SECONDS)):
            send()
            shut = send()
    assert isinstance(shut, Failed)
    assert shut.retry_after == 2 * FIRST_SECONDS


def test_a_refusal_is_an_answer_and_opens_it() -> None:
    with doubles() as made:
        made["slack"].answers = [DOWN, DOWN, Failed("no such channel", retryable=False)]
        for _call in range(3):
            send()
    assert not Breaker.objects.exists()


def test_a_run_that_meets_a_shut_door_waits_and_keeps_its_tries() -> None:
    in_force(
        {"key": "tell", "when": "fine.created", "then": [{"do": "notify.slack", "with": {"to": "ops", "text": "a"}}]}
    )
    a_fine(case="A1")
    dispatch_all()
    Breaker.objects.create(door="slack", failures=9, shut_until=clock.now() + timedelta(seconds=600), reason="down")
    with doubles() as made:
        run_due("low")
        assert made["slack"].sent == []
    run = ActionRun.objects.get()
    assert (run.state, run.attempts - run.spent) == ("ready", 0)
    assert run.due_at > clock.now() + timedelta(seconds=500)
    assert "the door to slack is shut" in run.said
    Breaker.objects.all().delete()
    with doubles() as made, clock.turned_to(run.due_at):
        run_due("low")
        assert [message.text for message in made["slack"].sent] == ["a"]
    assert ActionRun.objects.get().state == "done"
