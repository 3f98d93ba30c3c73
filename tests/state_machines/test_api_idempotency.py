"""The Idempotency-Key of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.accounts import issue_token
from core.acting import Actor
from core.errors import PravilaError
from core.events import Event
from core.idempotency import IdempotencyKey, forget_old, once
from core.machine import perform
from state_machines.models import Customer
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import a_customer, an_order

pytestmark = pytest.mark.django_db


class TestIdempotency:
    def test_the_same_request_has_one_effect_and_one_answer(self, operator: Caller) -> None:
        order = an_order()
        first, second = (operator.perform(order.ref, "submit", key="abc") for _ in range(2))
        assert first.json() == second.json()
        assert (first.status_code, second.status_code) == (200, 200)
        assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
        assert Event.objects.filter(type="order.submitted").count() == 1

    def test_creates_once(self, operator: Caller) -> None:
        answers = [operator.post("customer", {"name": "Ana"}, key="abc") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert Customer.objects.count() == 1

    def test_key_of_another_request(self, operator: Caller) -> None:
        order = an_order()
        operator.perform(order.ref, "submit", key="abc")
        problem(operator.perform(order.ref, "cancel", key="abc"), 422, "idempotency-key-reused")
        problem(operator.perform(an_order().ref, "submit", key="abc"), 422, "idempotency-key-reused")

    def test_keys_are_each_actors_own(self, operator: Caller) -> None:
        order = an_order()
        other = Caller(issue_token(a_user("oana", "operator"), "test"))
        operator.perform(order.ref, "submit", key="abc")
        problem(other.perform(order.ref, "submit", key="abc"), 409, "not-allowed")

    @pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
    def test_bad_keys(self, operator: Caller, key: str) -> None:
        problem(operator.perform(an_order().ref, "submit", key=key), 422, "bad-idempotency-key")

    def test_refusal_is_judged_anew(self, operator: Caller) -> None:
        order = an_order()
        problem(operator.perform(order.ref, "pay", key="abc", arguments={"reference": "b"}), 409, "not-allowed")
        perform(order, "submit")
        assert (
            operator.perform(order.ref, "pay", key="abc", arguments={"reference": "b"}).json()["state"] == "processing"
        )

    def test_is_forgotten_after_a_day(self, operator: Caller) -> None:
        customer, actor, made = a_customer(), Actor("user:1"), []

        def act() -> int:
            made.append(1)
            return len(made)

        assert once(actor, "abc", "r", act).answer == 1
        assert once(actor, "abc", "r", act).answer == 1
        with clock.turned_to(clock.now() + timedelta(hours=25)):
            assert once(actor, "abc", "another request", act).answer == 2
            assert forget_old() == 0
        with clock.turned_to(clock.now() + timedelta(hours=50)):
            assert forget_old() == 1
        assert customer.pk

    def test_what_fails_keeps_neither_effect_nor_key(self) -> None:
        def act() -> None:
            Customer.objects.create(name="Ana")
            raise PravilaError

        with pytest.raises(PravilaError):
            once(Actor("user:1"), "abc", "r", act)
        assert not Customer.objects.exists()
        assert not IdempotencyKey.objects.exists()
