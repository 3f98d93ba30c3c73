"""The doors that are asked in JSON: one contract, held by the real gateway against a stand-in and by the double."""

from __future__ import annotations

import json

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.asking import ANALYTICS, CHARGES, REGISTRAR, SURVEYS, AskingGateway, Question
from actions.gateways.doors import Door, doubles
from actions.outcome import Done, Failed, Outcome
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db
QUESTION = Question("/charges", {"amount_minor": 5}, "7/charge")
each_door = pytest.mark.parametrize("door", [REGISTRAR, CHARGES, ANALYTICS, SURVEYS], ids=lambda door: door.name)


def ask(door: Door[AskingGateway]) -> Outcome:
    return door.through(lambda gateway: gateway.ask(QUESTION))


def account(door: Door[AskingGateway], url: str) -> None:
    GatewayAccount.objects.create(door=door.name, address=f"{url}/v1/", secret="s3cret-token", options={"shop": 3})


@each_door
class TestAsking:
    def test_both_answer_with_an_object(self, door: Door[AskingGateway], outside: StandIn) -> None:
        account(door, outside.url)
        outside.answer(200, b'{"id": "ch_1"}')
        real = ask(door)
        with doubles() as made:
            double = ask(door)
            assert made[door.name].asked == [QUESTION]
        assert isinstance(real, Done)
        assert isinstance(double, Done)
        assert (real.answer, set(double.answer)) == ({"id": "ch_1"}, {"id", "status"})

    def test_the_service_gets_body_key_and_secret(self, door: Door[AskingGateway], outside: StandIn) -> None:
        account(door, outside.url)
        outcome = ask(door)
        [asked] = outside.asked
        assert (asked.path, asked.json) == ("/v1/charges", {"shop": 3, "amount_minor": 5})
        assert asked.headers["Idempotency-Key"] == QUESTION.key
        assert asked.headers["Authorization"] == "Bearer s3cret-token"
        assert "s3cret-token" not in json.dumps([outcome.request, outcome.answer])  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("status", "body", "again"), [(503, b"{}", True), (402, b"{}", False), (200, b"[]", False)]
    )
    def test_what_went_wrong_is_classified(
        self, door: Door[AskingGateway], outside: StandIn, status: int, body: bytes, again: bool
    ) -> None:
        account(door, outside.url)
        outside.answer(status, body)
        found = ask(door)
        assert isinstance(found, Failed)
        assert found.retryable is again
