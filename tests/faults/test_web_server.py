"""The web server of compose.yaml over its own connections: told to stop while posts run, and sent what it must refuse."""

from __future__ import annotations

import json
import signal
import socket
from functools import partial
from http.client import HTTPConnection, HTTPException
from threading import Thread

import pytest

from state_machines.api_webhooks import MAX_BYTES
from tests.faults.stack import Distributed, wait_until
from tests.state_machines.posting import SECRET, intent, stripe_signature

ADDRESS, CLIENTS, BEFORE = "/api/v1/webhooks/stripe", 4, 80
STORED = "SELECT count(*) FROM state_machines_webhook"
SOURCE = (
    "import django; django.setup(); from state_machines.models import WebhookSource; "
    f"WebhookSource.objects.create(name='stripe', declared='stripe', secret='{SECRET}')"
)


@pytest.fixture
def served(distributed: Distributed) -> Distributed:
    distributed.run("manage.py", "migrate", "--verbosity", "0")
    distributed.run("-c", SOURCE)
    distributed.serve()
    wait_until(lambda: _status(distributed.port, "GET", "/health/live") == 200, seconds=60, what="the web server")
    return distributed


def _status(port: int, method: str, path: str, body: bytes = b"") -> int | None:
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request(method, path, body, _headers(body))
        return line.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        line.close()


def _headers(body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", "Stripe-Signature": stripe_signature(body)}


def _body(event: str) -> bytes:
    return json.dumps(intent(event, "payment_intent.succeeded", "pi_1", 12100)).encode()


def _begun(port: int, body: bytes, length: int) -> socket.socket:
    """A post of which the server has all but the last bytes of its body."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(body).items())
    start = f"POST {ADDRESS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
    line.sendall(f"{start}{headers}\r\n".encode() + body[:-5])
    return line


@pytest.mark.postgresql
@pytest.mark.redis
def test_what_is_under_way_when_it_is_told_to_stop_is_answered_and_stored(served: Distributed) -> None:
    taken: list[str] = []

    def post(client: int) -> None:
        """Posts until the server is gone; after that none is answered, and none may be stored."""
        number = 0
        while _status(served.port, "POST", ADDRESS, _body(f"evt_{client}_{number}")) == 200:
            taken.append(f"evt_{client}_{number}")
            number += 1

    clients = [Thread(target=partial(post, client)) for client in range(CLIENTS)]
    slow = _body("evt_slow")
    begun = _begun(served.port, slow, len(slow))
    for client in clients:
        client.start()
    wait_until(lambda: len(taken) >= BEFORE, seconds=60, what="posts under way")
    assert served.worker is not None
    served.worker.send_signal(signal.SIGTERM)
    for client in clients:
        client.join()
    begun.sendall(slow[-5:])
    assert begun.recv(4096).startswith(b"HTTP/1.1 200 ")
    begun.close()
    assert served.worker.wait(timeout=60) == 0
    served.worker = None
    assert len(set(taken)) == len(taken) == served.scalar(STORED) - 1


@pytest.mark.postgresql
@pytest.mark.redis
def test_slow_and_huge_bodies_are_answered_and_keep_nobody_out(served: Distributed) -> None:
    slow = [_body(f"evt_{number}") for number in range(8)]
    begun = [_begun(served.port, body, len(body)) for body in slow]
    huge = _begun(served.port, _body("evt_huge"), MAX_BYTES + 1)
    assert huge.recv(4096).startswith(b"HTTP/1.1 413 ")
    huge.close()
    assert _status(served.port, "POST", ADDRESS, _body("evt_beside")) == 200
    for line, body in zip(begun, slow, strict=True):
        line.sendall(body[-5:])
        assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
        line.close()
    assert served.scalar(STORED) == len(slow) + 1
