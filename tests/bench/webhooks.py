"""Webhooks taken in, against the bare insert of what was posted; with client and server on the same two cores."""

from __future__ import annotations

import io
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from core import clock
from state_machines.models import Webhook, WebhookBody, WebhookSource
from state_machines.sources.declare import Post
from state_machines.sources.signatures import of_body
from state_machines.webhook_intake import take
from state_machines.webhook_sources import source_known
from tests.bench.measure import interleaved, table
from tests.faults.stack import ROOT, free_port, wait_until, web_command

BARE = "one INSERT of an equal row, committed"
STORED, TAKEN = "verified and stored, with its event", "POST /api/v1/webhooks/stripe"
OVER_HTTP = "the same over HTTP"
SECRET, CLIENTS, EACH = "whsec_bench", 4, 100
WEB: Any = get_wsgi_application()
ENVIRON = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/api/v1/webhooks/stripe",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "localhost",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
}
_numbers = itertools.count()


def _body() -> bytes:
    number = next(_numbers)
    object_ = {"id": f"pi_{number}", "amount_received": 12100, "currency": "ron", "customer": "cus_1"}
    event = {"id": f"evt_{number}", "type": "payment_intent.succeeded", "data": {"object": object_}}
    return json.dumps(event).encode()


def _headers(body: bytes) -> dict[str, str]:
    stamp = int(time.time())
    signature = of_body(SECRET, f"{stamp}.".encode() + body)
    return {"Stripe-Signature": f"t={stamp},v1={signature}", "Content-Type": "application/json"}


def make_bare() -> Callable[[], None]:
    """A table like that of webhooks, its indexes and unique key with it, and the body; and what inserts a row into it."""
    fields = [field for field in Webhook._meta.concrete_fields if field.attname != "id"]
    body = WebhookBody._meta.get_field("body")
    names = ", ".join(f'"{field.column}"' for field in (*fields, body))  # type: ignore[union-attr]
    marks = ", ".join(["%s"] * (len(fields) + 1))
    insert = f"INSERT INTO bench_posted ({names}) VALUES ({marks})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE TABLE bench_posted (LIKE {Webhook._meta.db_table} INCLUDING ALL, body bytea NOT NULL)"
            )
        else:
            columns = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
            cursor.execute(f"CREATE TABLE bench_posted (id integer PRIMARY KEY, {columns}, body blob NOT NULL)")
            cursor.execute("CREATE UNIQUE INDEX bench_posted_once ON bench_posted (source, external_id)")

    row = Webhook(
        source="stripe", kind="payment_intent.succeeded", gateway_id="pi_1", amount_minor=12100, currency="RON"
    )
    fixed = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    key = [field.attname for field in fields].index("external_id")

    def bare() -> None:
        values = [*fixed, _body()]
        values[key] = f"evt_{next(_numbers)}"
        with connection.cursor() as cursor:
            cursor.execute(insert, values)

    return bare


def stored() -> None:
    body = _body()
    take(source_known("stripe"), Post(_headers(body), body, json.loads(body), clock.now()))


def taken() -> None:
    """The call that a server of WSGI makes of each request, so that no client is measured."""
    body = _body()
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in _headers(body).items()}
    environ |= {"CONTENT_TYPE": environ.pop("HTTP_CONTENT_TYPE"), "CONTENT_LENGTH": str(len(body))}
    answer = WEB({**ENVIRON, **environ, "wsgi.input": io.BytesIO(body)}, _no_answer)
    try:
        said = b"".join(answer)
    finally:
        answer.close()
    if b'"duplicate": false' not in said:
        raise AssertionError(said)


def _no_answer(status: str, headers: list[tuple[str, str]]) -> None:
    if status != "200 OK":
        raise AssertionError(status)


def posted(port: int) -> Callable[[], None]:
    """Posts over one kept connection, as a proxy in front of the server does. The client costs as little as it can."""
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def act() -> None:
        body = _body()
        headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(body).items())
        start = f"POST /api/v1/webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        line.sendall(f"{start}{headers}\r\n".encode() + body)
        said = line.recv(65536)
        while not said.endswith(b"}"):
            said += line.recv(65536)
        if not said.startswith(b"HTTP/1.1 200 "):
            raise AssertionError(said)

    return act


@contextmanager
def server() -> Iterator[int]:
    """The port of the web server that compose.yaml starts, on the bench's database."""
    port, database = free_port(), connection.settings_dict
    place = f"{database['USER']}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    env = os.environ | {
        "DATABASE_URL": f"postgres://{place}",
        "REDIS_URL": settings.CONFIG.redis_url,
        "PRAVILA_SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }
    command = [sys.executable, *web_command(port), "--log-level", "error"]
    started = subprocess.Popen(command, cwd=ROOT, env=env)

    def answers() -> bool:
        try:
            posted(port)()
        except OSError:
            return False
        return True

    try:
        wait_until(answers, seconds=60, what="an answer of the web server")
        yield port
    finally:
        started.terminate()
        started.wait()


def per_second(act: Callable[[], Callable[[], None]]) -> float:
    """How many a second, of several clients at once."""

    def work() -> None:
        one = act()
        for _time in range(EACH):
            one()
        connection.close()

    threads = [Thread(target=work) for _client in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * EACH / (time.perf_counter() - start)


def run() -> None:
    WebhookSource.objects.create(name="stripe", declared="stripe", secret=SECRET)
    bare = make_bare()
    head = ("", "per second", "of the bare rate")
    acts = {BARE: bare, STORED: stored, TAKEN: taken}
    found = interleaved(acts, rounds=7, repeat=100)
    rows = [(name, 1 / seconds, found[BARE] / seconds) for name, seconds in found.items()]
    table("Webhooks stored, one client", head, rows)
    if connection.vendor != "postgresql":
        return
    with server() as port:
        made = {BARE: lambda: bare, STORED: lambda: stored, TAKEN: lambda: taken, OVER_HTTP: partial(posted, port)}
        rounds = [[per_second(act) for act in made.values()] for _round in range(9)]
    rates = [statistics.median(one) for one in zip(*rounds, strict=True)]
    shares = [
        statistics.median(rate / one[0] for one, rate in zip(rounds, column, strict=True))
        for column in zip(*rounds, strict=True)
    ]
    rows = list(zip(made, rates, shares, strict=True))
    table(f"Webhooks stored, {CLIENTS} clients, on {os.cpu_count()} cores with server and database", head, rows)
