"""Two requests with one key at the same moment: one effect, one answer."""

from __future__ import annotations

import pytest

from core.accounts import issue_token
from core.acting import Actor
from core.events import Event
from core.idempotency import Answered, IdempotencyKey, once
from core.machine import perform
from state_machines.models import Customer
from tests.parallel import at_once
from tests.state_machines.conftest import Caller, a_user
from tests.state_machines.made import an_order

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor("user:1")


def test_one_effect_for_all() -> None:
    def create() -> Answered:
        return once(ACTOR, "key", "request", lambda: Customer.objects.create(name="Ana").pk)

    answers = at_once(*[create] * 50)
    key = Customer.objects.get().pk
    assert sorted(answers, key=str) == [Answered(key)] + [Answered(key, again=True)] * 49


def test_fifty_requests_with_one_key_are_one_execution() -> None:
    """Over REST, each with a connection of its own: one order is submitted, and all are told the same."""
    order = an_order()
    caller = Caller(issue_token(a_user("olga", "operator"), "test"))
    answers = at_once(*[lambda: caller.perform(order.ref, "submit", key="key")] * 50)
    assert [answer.status_code for answer in answers if not isinstance(answer, Exception)] == [200] * 50
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert Event.objects.filter(type="order.submitted").count() == 1
    assert Event.objects.filter(subject=order.ref).count() == order.sequence + 2


def test_fifty_different_requests_with_one_key_are_one_execution() -> None:
    orders = [an_order() for _number in range(5)]
    caller = Caller(issue_token(a_user("olga", "operator"), "test"))
    acts = [lambda ref=order.ref: caller.perform(ref, "submit", key="key") for order in orders for _time in range(10)]
    answers = at_once(*acts)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 10 + [422] * 40
    assert Event.objects.filter(type="order.submitted").count() == 1


def test_who_waits_for_one_that_fails_goes_first_then() -> None:
    order = an_order()
    seen: list[str] = []

    def act() -> str:
        seen.append("tried")
        if len(seen) == 1:
            raise RuntimeError
        return perform(order.ref, "submit").target

    def submit() -> Answered:
        return once(ACTOR, "key", "request", act)

    results = at_once(submit, submit, submit)
    assert sorted(type(result).__name__ for result in results) == ["Answered", "Answered", "RuntimeError"]
    assert [result.answer for result in results if isinstance(result, Answered)] == ["pending", "pending"]
    assert IdempotencyKey.objects.count() == 1
