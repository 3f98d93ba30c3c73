"""`ask`: a person says yes first; no and silence skip the step; of two answers the first counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django.utils.formats import date_format

from actions import questions, upcoming
from actions.finish import cancel
from actions.questions import NotAsked, answer, lapse, open_questions
from actions.replanning import replanned, take_over
from actions.runs import ActionRun
from core import clock
from core.acting import Actor
from core.audit import AuditDetail, AuditRow
from core.errors import NotPermitted, ObjectMissing, PravilaError
from core.machine import find, perform
from rules.once import Use
from rules.switches import switch_off, switch_on
from tests.kit import a_fine, in_force, work
from tests.state_machines.conftest import Caller, nobody, operator, problem, viewer

__all__ = ["nobody", "operator", "viewer"]
pytestmark = pytest.mark.django_db
PAY = {"id": "pay", "do": "fine.payment", "with": {"paid_minor": 3600}, "ask": {"role": "approver", "within": "3d"}}
ANA, ION = (Actor(f"user:{key}", frozenset({"approver"})) for key in (1, 2))


def rule(*steps: dict, **parts: object) -> dict:
    return {"key": "rule", "when": "fine.created", "then": list(steps), **parts}


def asked(*steps: dict, **parts: object) -> ActionRun:
    """The run that waits for a yes, on a new fine."""
    in_force(rule(*(steps or (PAY,)), **parts))
    a_fine()
    work()
    return open_questions().get()


def states() -> dict[str, str]:
    return dict(ActionRun.objects.order_by("pk").values_list("item", "state"))


@pytest.mark.usefixtures("midsummer")
def test_a_yes_lets_it_be_done_and_is_recorded() -> None:
    run = asked()
    assert (run.state, run.attempts) == ("asking", 0)
    assert run.ask_until == clock.now() + timedelta(days=3)
    answer(run.pk, yes=True, reason="<they> paid cash", actor=ANA)
    work()
    run.refresh_from_db()
    assert (run.state, run.answer["answer"], run.answer["by"]) == ("done", "yes", "user:1")
    row = AuditRow.objects.get(verb="action_run.answered_yes")
    assert (row.actor, row.object) == ("user:1", run.ref)
    assert AuditDetail.objects.get(row_id=row.pk).text == "<they> paid cash"


def test_a_no_skips_it_and_what_needs_it_and_gives_once_back() -> None:
    run = asked(PAY, {"id": "tell", "needs": "pay", "do": "test.note"}, once={"per": "subject"})
    assert Use.objects.exists()
    answer(run.pk, yes=False, actor=ANA)
    work()
    assert states() == {"pay": "skipped", "tell": "skipped"}
    assert ActionRun.objects.get(item="pay").said == "user:1 said no"
    assert not Use.objects.exists()


@pytest.mark.usefixtures("midsummer")
def test_silence_is_no() -> None:
    run = asked()
    with clock.turned_to(clock.now() + timedelta(days=2)):
        assert lapse() == 0
    with clock.turned_to(clock.now() + timedelta(days=3)):
        with pytest.raises(NotAsked, match="Nobody answered"):
            answer(run.pk, yes=True, actor=ANA)
        assert (lapse(), lapse()) == (1, 0)
    run.refresh_from_db()
    assert (run.state, run.answer["answer"]) == ("skipped", "silence")
    assert run.said == "nobody with the role approver said yes within 3d"
    with pytest.raises(NotAsked):
        answer(run.pk, yes=True, actor=ANA)


@pytest.mark.usefixtures("midsummer")
def test_a_question_waits_three_days_unless_its_step_says_otherwise() -> None:
    run = asked({**PAY, "ask": {"role": "approver"}})
    assert run.ask == {"role": "approver", "within": "3d", "hours": None}
    assert run.ask_until == clock.now() + timedelta(days=3)


def test_it_stands_under_what_is_to_come_with_whom_and_until_when() -> None:
    run = asked()
    fine = find(run.subject)[0]._default_manager.get()
    [one] = upcoming.of(fine)
    assert run.ask_until is not None
    until = date_format(timezone.localtime(run.ask_until), "SHORT_DATETIME_FORMAT")
    assert one.says == f"rule: fine.payment on {run.subject}, if somebody with the role approver says yes by {until}"


@pytest.mark.usefixtures("midsummer")
def test_the_question_is_put_when_the_step_that_it_needs_is_done() -> None:
    in_force(rule({"id": "first", "do": "test.note", "after": "5d"}, {**PAY, "needs": "first"}))
    a_fine()
    work()
    assert not open_questions().exists()
    with clock.turned_to(clock.now() + timedelta(days=5, minutes=1)):
        work()
        run = open_questions().get()
        assert run.ask_until == clock.now() + timedelta(days=3)


@pytest.mark.usefixtures("midsummer")
def test_after_a_yes_it_waits_for_its_time() -> None:
    run = asked({**PAY, "after": "2d"})
    answer(run.pk, yes=True, actor=ANA)
    work()
    assert states() == {"pay": "ready"}
    with clock.turned_to(clock.now() + timedelta(days=2, minutes=1)):
        work()
    assert states() == {"pay": "done"}


@pytest.mark.parametrize("actor", [
    Actor("user:3", frozenset({"operator"})), Actor("user:4"), Actor("user:5", frozenset({"approver"}), customers={"customer:1": ""}),
])  # fmt: skip
def test_only_who_has_the_role_may_answer(actor: Actor) -> None:
    run = asked()
    with pytest.raises(NotPermitted):
        answer(run.pk, yes=True, actor=actor)
    assert states() == {"pay": "asking"}
    with pytest.raises(ObjectMissing):
        answer(run.pk + 1, yes=True, actor=ANA)


def test_a_second_answer_changes_nothing() -> None:
    run = asked()
    answer(run.pk, yes=False, actor=ANA)
    with pytest.raises(NotAsked, match="user:1 said no"):
        answer(run.pk, yes=True, actor=ION)
    work()
    assert states() == {"pay": "skipped"}


def test_unless_and_cancelling_reach_it() -> None:
    run = asked({**PAY, "unless": {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}}})
    assert cancel(run.pk, "not any more")
    with pytest.raises(NotAsked, match="not any more"):
        answer(run.pk, yes=True, actor=ANA)
    fine = a_fine(case="A2")
    work()
    perform(fine, "payment", arguments={"paid_minor": 3600})
    work()
    stopped = ActionRun.objects.get(subject=fine.ref)
    assert (stopped.state, "`unless`" in stopped.said) == ("skipped", True)


def test_what_is_switched_off_may_be_answered_and_waits() -> None:
    run = asked()
    switch_off("house/rule", "we look at it")
    answer(run.pk, yes=True, actor=ANA)
    work()
    assert states() == {"pay": "ready"}
    switch_on("house/rule")
    work()
    assert states() == {"pay": "done"}


def test_a_plan_that_asks_by_now_asks_what_waits_and_keeps_what_was_answered() -> None:
    in_force(rule({key: item for key, item in PAY.items() if key != "ask"} | {"after": "2d"}))
    a_fine()
    work()
    in_force(rule({**PAY, "after": "2d"}))
    run = ActionRun.objects.get()
    new = replanned(run)
    assert new is not None
    take_over(run, new)
    assert states() == {"pay": "asking"}
    answer(run.pk, yes=True, actor=ANA)
    run.refresh_from_db()
    take_over(run, new)
    assert states() == {"pay": "ready"}


def test_questions_are_listed_and_answered_over_the_api(operator: Caller, viewer: Caller, nobody: Caller) -> None:
    run = asked({**PAY, "ask": {"role": "operator", "within": "1d"}})
    [shown] = viewer.get("questions").json()
    assert (shown["id"], shown["action"], shown["role"], shown["mine"]) == (run.pk, "fine.payment", "operator", False)
    problem(viewer.post(f"questions/{run.pk}", {"answer": "yes"}), 403, "not-permitted")
    problem(nobody.get("questions"), 403, "not-permitted")
    problem(operator.post(f"questions/{run.pk}", {"answer": "maybe"}), 422, "bad-request")
    assert operator.get("questions").json()[0]["mine"]
    assert operator.post(f"questions/{run.pk}", {"answer": "no", "reason": "too much"}).json()["state"] == "skipped"
    problem(operator.post(f"questions/{run.pk}", {"answer": "yes"}), 409, "not-asked")
    assert operator.get("questions").json() == []


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What each act came to, all begun at the same moment in threads of their own."""
    barrier, said = threading.Barrier(len(acts)), [""] * len(acts)

    def begin(place: int) -> None:
        barrier.wait(10)
        try:
            said[place] = str(acts[place]())
        except PravilaError as error:
            said[place] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=begin, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_people_one_decides(self) -> None:
        for lap in range(8):
            run = asked() if not lap else _next(lap)
            said = at_once(
                lambda key=run.pk: answer(key, yes=True, actor=ANA).answer["answer"],  # type: ignore[index,misc]
                lambda key=run.pk: answer(key, yes=False, actor=ION).answer["answer"],  # type: ignore[index,misc]
            )
            assert said.count("NotAsked") == 1, said
            run.refresh_from_db()
            assert run.answer is not None
            assert run.answer["answer"] in said
            assert run.state == ("ready" if run.answer["answer"] == "yes" else "skipped")
            assert AuditRow.objects.filter(object=run.ref, verb__startswith="action_run.answered").count() == 1

    def test_an_answer_and_the_time_out_never_both_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The sweeper believes that the time is over, the person's clock that it is not: whoever locks first decides."""
        for lap in range(8):
            run = asked() if not lap else _next(lap)
            ActionRun.objects.filter(pk=run.pk).update(ask_until=clock.now() + timedelta(milliseconds=20))
            said = at_once(lambda key=run.pk: answer(key, yes=True, actor=ANA).answer["answer"], _lapse_soon)  # type: ignore[index,misc]
            run.refresh_from_db()
            assert run.answer is not None, said
            assert (run.answer["answer"], run.state) in (("yes", "ready"), ("silence", "skipped"))
            assert (said[0] == "yes") is (run.answer["answer"] == "yes")
        assert connection.vendor in ("sqlite", "postgresql")


def _next(lap: int) -> ActionRun:
    a_fine(case=f"B{lap}")
    work()
    return open_questions().get()


def _lapse_soon() -> int:
    limit = clock.now() + timedelta(seconds=10)
    while open_questions().exists() and clock.now() < limit:
        if questions.lapse():
            return 1
    return 0
