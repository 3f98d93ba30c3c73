"""`once`: a rule acts once per subject, customer or related object in a stretch of event time, or until something else."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import transaction

from actions import finish
from actions.dispatch import dispatch_all
from actions.finish import cancel
from actions.outcome import Failed
from actions.runner import run_one
from actions.runs import ActionRun
from core import clock
from core.events import Event
from core.machine import Machine, perform, record
from rules import once
from rules.decisions import Decision
from rules.durations import Duration
from rules.once import Use, give_back, use_up
from tests.actions.made_up import declared
from tests.kit import a_fine, in_force, work
from tests.parallel import at_once
from tests.state_machines.made import a_customer, an_order

pytestmark = pytest.mark.django_db
WEEK = {"every": "7d"}


def poke(per: str = "subject", when: str = "fine.updated", *, do: str = "test.note", **parts: Any) -> dict[str, Any]:
    steps = parts.pop("then", [{"do": do, "with": parts.pop("arguments", {})}])
    return {"key": "poke", "when": when, "then": steps, "once": {"per": per, **(parts or WEEK)}}


def happens(subject: Machine, day: float) -> Decision:
    """The decision about something that is recorded of `subject` so many days from now."""
    with clock.turned_to(clock.now() + timedelta(days=day)):
        event = record(subject, f"{subject.machine.noun}.updated")
        dispatch_all()
    return Decision.objects.get(event_id=event.pk)


class TestUsedUp:
    def test_by_one_subject_and_not_by_another(self) -> None:
        in_force(poke())
        one, other = a_fine(case="A"), a_fine(case="B")
        assert [happens(fine, 0).outcome for fine in (one, one, other)] == ["acted", "nothing", "acted"]

    def test_by_all_objects_of_one_customer(self) -> None:
        customer = a_customer()
        orders = [an_order(customer), an_order(customer), an_order(a_customer(email="b@example.ro"))]
        dispatch_all()
        in_force(poke("customer", "order.updated"))
        assert [happens(order, 0).outcome for order in orders] == ["acted", "nothing", "acted"]
        assert set(Use.objects.values_list("per", flat=True)) == {orders[0].customer.ref, orders[2].customer.ref}

    def test_for_as_long_as_the_rule_says_in_the_time_of_events(self) -> None:
        in_force(poke())
        fine = a_fine()
        days = (0, 6.9, 7.1, 8, 14.2)
        found = [happens(fine, day).outcome for day in days]
        assert found == ["acted", "nothing", "acted", "nothing", "acted"]

    def test_until_something_else_has_happened_to_it(self) -> None:
        in_force(poke(again_after="fine.payment"))
        fine, other = a_fine(case="A"), a_fine(case="B")
        assert happens(fine, 0).outcome == "acted"
        perform(other, "payment", arguments={"paid_minor": 1})
        held = happens(fine, 1)
        assert held.outcome == "nothing"
        assert "may act once again after fine.payment" in held.held_back["poke"]
        perform(fine, "payment", arguments={"paid_minor": 1})
        assert [happens(fine, day).outcome for day in (2, 3)] == ["acted", "nothing"]

    def test_not_by_the_same_event_decided_again(self) -> None:
        fine = a_fine()
        event = record(fine, "fine.updated")
        ask = partial(use_up, "house", "poke", fine.ref, event, every=Duration.parse("7d"), again_after=None)
        with transaction.atomic():
            assert ask() is None
            assert ask() is None

    def test_not_by_a_decision_that_asked_for_nothing(self) -> None:
        step = {"do": "test.note", "if": {"fact": "fine.article", "op": "eq", "value": 7}}
        in_force(poke(then=[step]))
        fine = a_fine(article=157)
        assert happens(fine, 0).plan == []
        assert not Use.objects.exists()

    def test_by_each_set_for_itself(self) -> None:
        customer = a_customer()
        in_force(poke(when="customer.updated"))
        in_force(poke(when="customer.updated") | {"key": "mine"}, key=customer.ref)
        assert happens(customer, 0).rules == ["poke", "mine"]
        assert sorted(Use.objects.values_list("rule_set", "rule")) == [(customer.ref, "mine"), ("house", "poke")]


class TestGivenBack:
    def test_when_nothing_came_of_any_run(self) -> None:
        in_force(poke(then=[{"do": "fine.settle", "if_refused": "skip"}, {"do": "test.break"}]))
        fine = a_fine()
        happens(fine, 0)
        work()
        assert set(ActionRun.objects.values_list("state", flat=True)) == {"skipped", "dead"}
        assert happens(fine, 1).outcome == "acted"

    def test_not_when_one_of_them_is_done(self) -> None:
        in_force(poke(then=[{"do": "test.break"}, {"do": "test.note"}]))
        fine = a_fine()
        happens(fine, 0)
        work()
        assert sorted(ActionRun.objects.values_list("state", flat=True)) == ["dead", "done"]
        assert happens(fine, 1).outcome == "nothing"

    def test_not_while_one_of_them_waits(self) -> None:
        in_force(poke(then=[{"do": "test.break"}, {"do": "test.note", "after": "2d"}]))
        fine = a_fine()
        happens(fine, 0)
        work()
        assert happens(fine, 1).outcome == "nothing"

    def test_when_what_waits_is_stopped_by_an_event(self) -> None:
        paid = {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}}
        in_force(poke(then=[{"do": "test.note", "after": "2d", "unless": paid}]))
        fine = a_fine()
        happens(fine, 0)
        perform(fine, "payment", arguments={"paid_minor": 3600})
        dispatch_all()
        assert ActionRun.objects.get().state == "skipped"
        assert happens(fine, 1).outcome == "acted"

    def test_when_what_waits_is_cancelled(self) -> None:
        in_force(poke(then=[{"do": "test.note", "after": "2d"}]))
        fine = a_fine()
        happens(fine, 0)
        assert cancel(ActionRun.objects.get().pk, "not wanted")
        assert happens(fine, 1).outcome == "acted"

    def test_only_what_this_decision_used_up(self) -> None:
        in_force(poke())
        fine = a_fine()
        decision = happens(fine, 0)
        give_back("poke", decision.event_id + 1)
        give_back("other", decision.event_id)
        assert Use.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_several_decisions_one_uses_it_up(self) -> None:
        fine = a_fine()
        events = [record(fine, "fine.updated") for _number in range(8)]

        @transaction.atomic
        def ask(event: Event) -> str | None:
            return use_up("house", "poke", "customer:1", event, every=Duration.parse("7d"), again_after=None)

        found = at_once(*(partial(ask, event) for event in events))
        assert found.count(None) == 1
        assert all("acted for customer:1" in str(reason) for reason in found if reason is not None)
        winner = events[found.index(None)]
        assert Use.objects.get().event_id == winner.pk

    def test_two_runs_that_end_for_nothing_give_it_back_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither sees the other's end before it is committed, unless one waits for the other."""
        in_force(poke(then=[{"do": "test.fail"}, {"do": "test.fail", "id": "again"}]))
        happens(a_fine(), 0)
        one, other = ActionRun.objects.order_by("id")
        ended = finish.bulk.update
        both = Barrier(2, timeout=20).wait

        def update(*args: Any) -> None:
            ended(*args)
            both()

        monkeypatch.setattr(finish.bulk, "update", update)
        with declared("test.fail", lambda _call: Failed("no", retryable=False)):
            assert at_once(partial(run_one, one.pk), partial(run_one, other.pk)) == [True, True]
        assert set(ActionRun.objects.values_list("state", flat=True)) == {"dead"}
        assert not Use.objects.exists()


def test_the_reason_says_when_and_how_often() -> None:
    fine = a_fine()
    first, second = record(fine, "fine.updated"), record(fine, "fine.updated")
    with transaction.atomic():
        use_up("house", "r", "x:1", first, every=Duration.parse("7d"), again_after=None)
        said = use_up("house", "r", "x:1", second, every=Duration.parse("7d"), again_after=None)
    assert said == f"it acted for x:1 on {clock.day_of(first.at)} already, and may act once in 7d"
    assert once.Use.objects.get().event_id == first.pk
