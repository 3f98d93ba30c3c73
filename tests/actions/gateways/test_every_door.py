"""Every door that speaks HTTP, and every way in which the other side can fail: one table of what is tried again."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from actions.gateways import http
from actions.gateways.accounts import GatewayAccount
from actions.gateways.asking import Question
from actions.gateways.breakers import FAILURES
from actions.gateways.efactura import Upload
from actions.gateways.errors import ErrorReport
from actions.gateways.messages import Message
from actions.gateways.webhooks import Signed
from actions.outcome import Failed
from core.catalog import gateways
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db
MESSAGE, QUESTION = Message("40700000000", "text", "key"), Question("/do", {"a": 1}, "key")
LOCAL = {"mail", "backups"}  # no HTTP, and tests of their own
REPORT = ErrorReport("it failed", "error", {}, "key")
PROJECT = {"errors": "/42"}  # what an address must end with
Act = Callable[[Any], Any]


def _state(gateway: Any) -> Any:
    return gateway.ask("pi_1")


ACTS: Mapping[str, Act] = {
    **dict.fromkeys(("sms", "slack", "telegram"), lambda gateway: gateway.send(MESSAGE)),
    **dict.fromkeys(("registrar", "charges", "analytics", "surveys"), lambda gateway: gateway.ask(QUESTION)),
    **dict.fromkeys(("stripe", "midtrans", "athmovil"), _state),
    "panel": lambda gateway: gateway.set_state("service:1", "active", "key"),
    "errors": lambda gateway: gateway.report(REPORT),
    "efactura": lambda gateway: gateway.upload(Upload(b"<a/>", "1")),
    "vies": lambda gateway: gateway.ask("RO", "14399840"),
}
ANSWERED = {  # status -> whether it is tried again
    302: False, 400: False, 401: False, 403: False, 404: False, 409: False, 422: False,
    408: True, 425: True, 429: True, 500: True, 502: True, 503: True, 504: True,
}  # fmt: skip
each_door = pytest.mark.parametrize("name", ACTS)


def test_no_door_is_left_out() -> None:
    assert {door.name for door in gateways} == set(ACTS) | LOCAL | {"webhooks"}


def act(name: str, url: str) -> Any:
    GatewayAccount.objects.update_or_create(
        door=name, defaults={"address": url + PROJECT.get(name, ""), "secret": "s3cret-token"}
    )
    return gateways.get(name).through(ACTS[name])


@each_door
@pytest.mark.parametrize(("status", "again"), ANSWERED.items())
def test_an_answer_is_classified(name: str, outside: StandIn, status: int, again: bool) -> None:
    outside.answer(status, b"<html>", Retry_After="9")
    found = act(name, outside.url)
    assert isinstance(found, Failed)
    assert (found.retryable, found.retry_after) == (again, 9.0 if again else None)
    assert found.reason
    assert "s3cret-token" not in json.dumps([found.reason, found.request, found.answer], default=str)
    assert len(outside.asked) == 1


@each_door
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"\xff\xfe", b"{" * 100])
def test_success_in_words_that_nobody_understands_is_no_success_where_an_answer_is_needed(
    name: str, outside: StandIn, body: bytes
) -> None:
    outside.answer(200, body)
    found = act(name, outside.url)
    if name in ("sms", "slack", "telegram", "errors"):
        assert not isinstance(found, Failed)
    else:
        assert isinstance(found, Failed)


@each_door
def test_silence_is_tried_again_and_says_that_it_may_have_arrived(
    name: str, outside: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", (1.0, 0.05))
    outside.answer(0)
    found = act(name, outside.url)
    assert isinstance(found, Failed)
    assert (found.retryable, found.maybe) == (True, True)
    assert "did not answer in time" in found.reason


@each_door
def test_nobody_there_is_tried_again_and_did_not_arrive(name: str, loopback: None) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = act(name, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert isinstance(found, Failed)
    assert (found.retryable, found.maybe) == (True, False)


@each_door
def test_a_private_address_is_refused(name: str) -> None:
    found = act(name, "http://10.1.2.3")
    assert isinstance(found, Failed)
    assert (found.retryable, found.maybe) == (False, False)
    assert "private" in found.reason


# VIES needs no account, and without one the panel notes what it is told and says so.
@pytest.mark.parametrize("name", [name for name in ACTS if name not in ("vies", "panel")])
def test_a_missing_account_says_who_does_what(name: str) -> None:
    found = gateways.get(name).through(ACTS[name])
    assert isinstance(found, Failed)
    assert not found.retryable
    assert "an administrator enters it" in found.reason


@each_door
def test_many_failures_shut_it(name: str, outside: StandIn) -> None:
    for _call in range(FAILURES):
        outside.answer(503)
        act(name, outside.url)
    found = act(name, outside.url)
    assert isinstance(found, Failed)
    assert (found.counted, len(outside.asked)) == (False, FAILURES)


def test_webhook_endpoints_are_silent_unreachable_or_private_alike(
    outside: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", (1.0, 0.05))
    outside.answer(0)
    door = gateways.get("webhooks").behind()
    silent, private = (door.post(Signed(url, {}, b"{}")) for url in (outside.url, "http://10.1.2.3/"))
    assert isinstance(silent, Failed)
    assert isinstance(private, Failed)
    assert (silent.retryable, private.retryable) == (True, False)
