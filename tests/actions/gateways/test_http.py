"""Speaking HTTP: which addresses are refused, and what an answer means."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from actions.gateways.http import MOST_BYTES, Reply, refusal, send
from actions.outcome import Failed
from core import clock
from tests.stand_in import StandIn

PRIVATE = [
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://127.1/", "http://0x7f000001/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.8/", "http://192.168.1.1/", "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://0.0.0.0/", "http://224.0.0.1/", "http://[2002:7f00:1::]/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_no_spelling_of_a_private_address_is_called(url: str) -> None:
    found = send("POST", url, service="sms", json={})
    assert isinstance(found, Failed)
    assert not found.retryable
    assert "private" in found.reason or "is none" in found.reason


def test_a_public_name_that_resolves_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(*_args: object, **_options: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    found = send("POST", "https://sms.example/", service="sms", json={})
    assert isinstance(found, Failed)
    assert "private network" in found.reason


@pytest.mark.parametrize(
    "url", ["", "sms.example", "ftp://sms.example/", "file:///etc/passwd", "http://", "https://[/"]
)
def test_what_is_no_address_is_a_permanent_failure(url: str) -> None:
    found = send("POST", url, service="sms")
    assert isinstance(found, Failed)
    assert not found.retryable


def test_an_answer_is_read(outside: StandIn) -> None:
    outside.answer(200, b'{"id": "7"}')
    found = send("POST", f"{outside.url}/v1", service="sms", json={"to": "1"}, headers={"Idempotency-Key": "k"})
    assert isinstance(found, Reply)
    assert found.body == b'{"id": "7"}'
    assert (outside.asked[0].path, outside.asked[0].json) == ("/v1", {"to": "1"})
    assert outside.asked[0].headers["Idempotency-Key"] == "k"


def test_a_redirect_is_not_followed(outside: StandIn) -> None:
    outside.answer(302, Location="http://169.254.169.254/")
    found = send("POST", outside.url, service="sms")
    assert isinstance(found, Reply)
    refused = refusal(found, "sms")
    assert refused is not None
    assert "redirects are not followed" in refused.reason
    assert len(outside.asked) == 1


def test_an_answer_without_end_is_cut_off(outside: StandIn) -> None:
    outside.answer(200, b"x" * (MOST_BYTES + 1))
    found = send("POST", outside.url, service="sms")
    assert isinstance(found, Failed)
    assert not found.retryable


def test_nobody_answers(loopback: None) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = send("POST", f"http://127.0.0.1:{free.getsockname()[1]}/", service="sms")
    assert isinstance(found, Failed)
    assert found.retryable
    assert "could not be reached" in found.reason


class TestRefusal:
    @pytest.mark.parametrize("status", [200, 201, 204])
    def test_success_is_none(self, status: int) -> None:
        assert refusal(Reply(status, {}, b""), "sms") is None

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
    def test_what_may_go_better_later_is_transient(self, status: int) -> None:
        found = refusal(Reply(status, {}, b"busy"), "sms")
        assert found is not None
        assert found.retryable
        assert found.answer == {"status": status, "body": "busy"}

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
    def test_what_never_will_is_permanent(self, status: int) -> None:
        found = refusal(Reply(status, {}, b""), "sms")
        assert found is not None
        assert not found.retryable

    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            ("120", 120.0),
            ("Mon, 04 May 2026 12:02:00 GMT", 120.0),
            ("Mon, 04 May 2026 11:00:00 GMT", 0.0),
            ("999999999999", 3600.0),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("١٢", None),
        ],
    )
    def test_the_wait_that_is_asked_for(self, given: str, seconds: float | None) -> None:
        with clock.turned_to(datetime(2026, 5, 4, 12, tzinfo=UTC)):
            found = refusal(Reply(503, {"Retry-After": given}, b""), "sms")
        assert found is not None
        assert found.retry_after == seconds
