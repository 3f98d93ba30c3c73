"""Two requests with one key at the same moment: one effect, one answer."""

from __future__ import annotations

import pytest

from core.acting import Actor
from core.idempotency import Answered, IdempotencyKey, once
from core.machine import perform
from state_machines.models import Customer
from tests.parallel import at_once
from tests.state_machines.made import an_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
ACTOR = Actor("user:1")


def test_one_effect_for_all() -> None:
    def create() -> Answered:
        return once(ACTOR, "key", "request", lambda: Customer.objects.create(name="Ana").pk)

    answers = at_once(*[create] * 6)
    key = Customer.objects.get().pk
    assert sorted(answers, key=str) == [Answered(key)] + [Answered(key, again=True)] * 5


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
