"""SMS, Slack, Telegram: one contract, held by the real gateway against a stand-in and by the double."""

from __future__ import annotations

import json

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import Door, doubles
from actions.gateways.messages import SLACK, SMS, TELEGRAM, Message, MessageGateway
from actions.outcome import Done, Failed, Outcome
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db
DOORS = [SMS, SLACK, TELEGRAM]
MESSAGE = Message("40700000000", "Plătește, te rugăm", "7/dunning/notify.sms/")
each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


def send(door: Door[MessageGateway], message: Message = MESSAGE) -> Outcome:
    return door.through(lambda gateway: gateway.send(message))


def account(door: Door[MessageGateway], url: str) -> GatewayAccount:
    return GatewayAccount.objects.create(door=door.name, address=url, secret="s3cret-token", options={})


@each_door
class TestContract:
    def test_what_is_sent_is_done_and_says_so(self, door: Door[MessageGateway], outside: StandIn) -> None:
        account(door, outside.url)
        assert isinstance(send(door), Done)
        with doubles() as made:
            assert isinstance(send(door), Done)
            assert made[door.name].sent == [MESSAGE]
        assert len(outside.asked) == 1


@each_door
class TestReal:
    def test_the_service_gets_the_text_and_the_key(self, door: Door[MessageGateway], outside: StandIn) -> None:
        account(door, outside.url)
        send(door)
        asked = outside.asked[0]
        assert MESSAGE.text in asked.json.values()
        assert asked.headers["Idempotency-Key"] == MESSAGE.key
        assert "s3cret-token" in f"{asked.path}{asked.headers}"

    def test_what_is_kept_of_it_holds_no_secret(self, door: Door[MessageGateway], outside: StandIn) -> None:
        account(door, outside.url)
        outside.answer(500, b"down")
        for outcome in (send(door), send(door)):
            assert "s3cret-token" not in json.dumps([outcome.request, outcome.answer])  # type: ignore[union-attr]

    def test_without_an_account_it_says_who_does_what(self, door: Door[MessageGateway]) -> None:
        found = send(door)
        assert isinstance(found, Failed)
        assert not found.retryable
        assert "an administrator enters it" in found.reason

    def test_a_refusal_is_permanent_and_a_fault_is_not(self, door: Door[MessageGateway], outside: StandIn) -> None:
        account(door, outside.url)
        outside.answer(403)
        outside.answer(503, Retry_After="7")
        refused, fault = send(door), send(door)
        assert isinstance(refused, Failed)
        assert isinstance(fault, Failed)
        assert (refused.retryable, fault.retryable, fault.retry_after) == (False, True, 7.0)
