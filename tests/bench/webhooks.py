"""Webhooks taken in, against the bare insert of what was posted."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable
from threading import Thread

from django.db import connection, models
from django.test import Client

from core import clock
from state_machines.models import WebhookSource
from state_machines.sources.declare import Post
from state_machines.sources.signatures import of_body
from state_machines.webhook_intake import take
from state_machines.webhook_sources import source_named
from tests.bench.measure import interleaved, table

BARE, PLAIN = "one INSERT of the body under a unique key", "the same by Django's ORM"
STORED, TAKEN = "verified and stored, with its event", "POST /api/v1/webhooks/stripe"
SECRET, CLIENTS, EACH = "whsec_bench", 4, 100
_numbers = itertools.count()


class Posted(models.Model):
    """What the bare insert writes; its table is made by `run`."""

    key = models.CharField(max_length=200, primary_key=True)
    body = models.BinaryField()

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_posted"

    def __str__(self) -> str:
        return self.key


def _body() -> bytes:
    number = next(_numbers)
    object_ = {"id": f"pi_{number}", "amount_received": 12100, "currency": "ron", "customer": "cus_1"}
    event = {"id": f"evt_{number}", "type": "payment_intent.succeeded", "data": {"object": object_}}
    return json.dumps(event).encode()


def bare() -> None:
    body = _body()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_posted (key, body) VALUES (%s, %s)", [f"evt_{next(_numbers)}", body])


def plain() -> None:
    Posted.objects.create(key=f"evt_{next(_numbers)}", body=_body())


def _signature(body: bytes) -> str:
    stamp = int(time.time())
    return f"t={stamp},v1={of_body(SECRET, f'{stamp}.'.encode() + body)}"


def stored() -> None:
    body = _body()
    headers = {"Stripe-Signature": _signature(body)}
    take(source_named("stripe"), Post(headers, body, json.loads(body), clock.now()))


def taken(client: Client) -> Callable[[], None]:
    def act() -> None:
        body = _body()
        headers = {"Stripe-Signature": _signature(body)}
        answer = client.post("/api/v1/webhooks/stripe", body, content_type="application/json", headers=headers)
        if answer.status_code != 200:
            raise AssertionError(answer.content)

    return act


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


def client() -> Client:
    return Client(SERVER_NAME="localhost")


def run() -> None:
    WebhookSource.objects.create(name="stripe", declared="stripe", secret=SECRET)
    kind = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_posted (key varchar(200) PRIMARY KEY, body {kind} NOT NULL)")
    head = ("", "per second", "of the bare rate")
    acts = {BARE: bare, PLAIN: plain, STORED: stored, TAKEN: taken(client())}
    found = interleaved(acts, rounds=7, repeat=100)
    rows = [(name, 1 / seconds, found[BARE] / seconds) for name, seconds in found.items()]
    table("Webhooks stored, one client", head, rows)
    if connection.vendor == "postgresql":
        made = {BARE: lambda: bare, PLAIN: lambda: plain, STORED: lambda: stored, TAKEN: lambda: taken(client())}
        rounds = [[per_second(act) for act in made.values()] for _round in range(5)]
        rates = [statistics.median(one) for one in zip(*rounds, strict=True)]
        rows = [(name, rate, rate / rates[0]) for name, rate in zip(made, rates, strict=True)]
        table(f"Webhooks stored, {CLIENTS} clients", head, rows)
