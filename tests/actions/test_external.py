"""External runs: at least once, never two workers at a time, one key at every attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from threading import Event as Flag
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from actions import runner
from actions.declare import EXTERNAL, Call
from actions.dispatch import dispatch_all
from actions.outcome import Done, Failed, Outcome, Skipped
from actions.runner import reap, run_due, run_one
from actions.runs import ActionRun, Attempt, AttemptDetail
from core import clock
from core.events import Event
from core.machine import record
from tests.actions.made_up import declared
from tests.kit import a_fine, in_force
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


class Outside:
    """An outside service: what it was asked, and what it does when asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Callable[[Call], Outcome] = lambda _call: Done("sent")

    def __call__(self, call: Call) -> Outcome:
        self.calls.append(call)
        return self.answer(call)


@pytest.fixture
def outside() -> Iterator[Outside]:
    found = Outside()
    with declared("test.outside", found, kind=EXTERNAL, queue="email", max_attempts=3):
        yield found


def a_run(count: int = 1) -> list[ActionRun]:
    """Runs of the outside action, decided and due."""
    in_force({"key": "tell", "when": "fine.created", "then": [{"do": "test.outside"}]})
    for number in range(count):
        a_fine(case=f"case-{number}")
    dispatch_all()
    return list(ActionRun.objects.order_by("id"))


def state(run: ActionRun) -> tuple[str, int, str]:
    found = ActionRun.objects.get(pk=run.pk)
    return found.state, found.attempts, found.lease


def much_later() -> Any:
    return clock.turned_to(clock.now() + timedelta(hours=1))


class TestLease:
    def test_is_held_while_the_action_is_performed_and_given_back(self, outside: Outside) -> None:
        [run] = a_run()
        seen: list[tuple[str, int, str]] = []

        def answer(call: Call) -> Outcome:
            seen.append(state(run))
            assert not run_one(run.pk), "nobody else gets it meanwhile"
            return Done("sent")

        outside.answer = answer
        assert run_one(run.pk)
        [(during, attempts, lease)] = seen
        assert (during, attempts, len(lease)) == ("running", 1, 32)
        assert state(run) == ("done", 1, "")
        assert ActionRun.objects.get().lease_until is None
        assert len(outside.calls) == 1

    def test_lasts_longer_than_the_action_may(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: Done(str(ActionRun.objects.get().lease_until))
        run_one(run.pk)
        with declared("test.slow", outside, kind=EXTERNAL, timeout_seconds=900):
            ActionRun.objects.update(action="test.slow", state="ready")
            outside.answer = lambda _call: Done(
                str(ActionRun.objects.get().lease_until > clock.now() + timedelta(seconds=900))
            )
            run_one(run.pk)
        assert ActionRun.objects.get().said == "True"

    def test_that_was_lost_makes_a_late_end_count_for_nothing(self, outside: Outside) -> None:
        [run] = a_run()

        def answer(call: Call) -> Outcome:
            with much_later():
                assert reap() == 1
            return Done("sent late", request={"late": True})

        outside.answer = answer
        assert run_one(run.pk)
        assert state(run) == ("ready", 1, "")
        assert ActionRun.objects.get().said == "its worker went silent"
        assert not AttemptDetail.objects.exists()

        outside.answer = lambda _call: Done("sent")
        with clock.turned_to(clock.now() + timedelta(days=1)):
            assert run_one(run.pk)
        assert state(run) == ("done", 2, "")
        assert [call.key for call in outside.calls] == [run.key, run.key]
        assert list(Attempt.objects.order_by("number").values_list("ended", flat=True)) == ["lost", "done"]

    def test_that_another_worker_has_by_now_is_not_ended_by_the_first(self, outside: Outside) -> None:
        [run] = a_run()

        def answer(_call: Call) -> Outcome:
            with much_later():
                reap()
            outside.answer = second
            with clock.turned_to(clock.now() + timedelta(days=1)):
                run_one(run.pk)
            return Failed("no answer", retryable=False)

        def second(_call: Call) -> Outcome:
            return Done("sent by the second")

        outside.answer = answer
        run_one(run.pk)
        assert (state(run), ActionRun.objects.get().said) == (("done", 2, ""), "sent by the second")

    def test_that_is_lost_every_time_ends_in_a_dead_letter(self, outside: Outside) -> None:
        [run] = a_run()
        for day in range(1, 4):
            with clock.turned_to(clock.now() + timedelta(days=day)):
                runner._begin(run.pk)
            with clock.turned_to(clock.now() + timedelta(days=day, hours=1)):
                assert reap() == 1
        assert state(run) == ("dead", 3, "")


class TestAttempts:
    def test_carry_the_same_key_each(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: Failed("no answer", retryable=True)
        for day in range(3):
            with clock.turned_to(clock.now() + timedelta(days=day)):
                run_due("email")
        assert [call.key for call in outside.calls] == [run.key] * 3
        assert state(run) == ("dead", 3, "")

    def test_keep_what_was_sent_and_answered_where_it_can_be_erased(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: Failed("refused", retryable=True, request={"to": "Ana"}, answer="no Ana here")
        run_one(run.pk)
        detail = AttemptDetail.objects.get(attempt_id=Attempt.objects.get().pk)
        assert (detail.request, detail.answer) == ({"to": "Ana"}, "no Ana here")
        assert "Ana" not in str(list(ActionRun.objects.values())) + str(list(Attempt.objects.values()))
        AttemptDetail.objects.all().delete()
        assert Attempt.objects.get().reason == "refused"

    @pytest.mark.parametrize(
        ("answer", "kept"),
        [
            ({"text": "a\0b", "key\0": ["\0"]}, {"text": "ab", "key": [""]}),
            ("\\u0000", "\\u0000"),
            ({"number": float("nan")}, "{'number': nan}"),
            ({("a", 1): 2}, "{('a', 1): 2}"),
            ({"when": ValidationError("x")}, {"when": "['x']"}),
        ],
    )
    def test_keep_whatever_was_answered(self, outside: Outside, answer: Any, kept: Any) -> None:
        """The effect has happened: an answer that cannot be stored as it is must not make it happen again."""
        [run] = a_run()
        outside.answer = lambda _call: Done("done\0", answer=answer)
        run_one(run.pk)
        assert state(run) == ("done", 1, "")
        assert (ActionRun.objects.get().said, AttemptDetail.objects.get().answer) == ("done", kept)

    def test_that_have_nothing_to_show_keep_nothing(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: Skipped("nothing to send")
        run_one(run.pk)
        assert state(run) == ("skipped", 1, "")
        assert not AttemptDetail.objects.exists()

    def test_that_return_no_outcome_are_dead_letters_that_name_the_bug(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: None  # type: ignore[assignment, return-value]
        run_due("email")
        assert state(run) == ("dead", 1, "")
        assert ActionRun.objects.get().said.startswith("test.outside returned NoneType instead of Done")

    def test_that_raise_are_tried_again(self, outside: Outside) -> None:
        [run] = a_run()
        outside.answer = lambda _call: 1 // 0  # type: ignore[assignment, return-value]
        run_due("email")
        assert state(run) == ("ready", 1, "")
        assert "ZeroDivisionError" in ActionRun.objects.get().said


def test_an_internal_action_that_returns_no_outcome_leaves_nothing_and_is_not_repeated() -> None:
    def perform(call: Call) -> Any:
        record(call.target, "fine.updated")

    with declared("test.outside", perform):
        [run] = a_run()
        run_due("default", limit=1000)
    assert state(run) == ("dead", 1, "")
    assert not Event.objects.filter(type="fine.updated").exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_workers_never_have_the_same_run(self, outside: Outside) -> None:
        runs = a_run(30)
        at_once(*(partial(run_due, "email", limit=1000) for _worker in range(4)))
        assert sorted(call.key for call in outside.calls) == sorted(run.key for run in runs)
        assert set(ActionRun.objects.values_list("state", "attempts")) == {("done", 1)}

    def test_a_second_worker_finds_nothing_while_the_first_is_at_it(self, outside: Outside) -> None:
        [run] = a_run()
        began, finish = Flag(), Flag()

        def answer(_call: Call) -> Outcome:
            began.set()
            assert finish.wait(20)
            return Done("sent")

        def second() -> int:
            assert began.wait(20)
            try:
                return run_due("email") + int(run_one(run.pk))
            finally:
                finish.set()

        outside.answer = answer
        assert at_once(partial(run_due, "email"), second) == [1, 0]
        assert len(outside.calls) == 1

    def test_two_sweepers_take_a_silent_run_back_once(self, outside: Outside) -> None:
        [run] = a_run()
        runner._begin(run.pk)
        ActionRun.objects.update(lease_until=clock.now() - timedelta(seconds=1))
        assert sorted(at_once(reap, reap)) == [0, 1]  # type: ignore[type-var]
        assert Attempt.objects.count() == 1
