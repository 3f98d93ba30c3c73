"""The server as a newcomer starts it: one transition through the API, and what it leads to, seen by staff."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from django.test import Client

from tests.bench.served import PAID, Server
from tests.faults.stack import wait_until

pytestmark = pytest.mark.sqlite
BIG_ORDER = "SELECT min(id) FROM state_machines_order WHERE total_minor >= 500000 AND state = 'pending'"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("served"))
    server.start()
    yield server
    server.close()


def test_one_post_leads_to_invoice_ticket_score_and_mail(server: Server) -> None:
    outbox = Path(server.env["PRAVILA_VAR"]) / "outbox"
    wait_until(lambda: server.scalar("SELECT count(*) FROM core_outbox") == 0, seconds=120, what="a quiet start")
    before = {name: server.scalar(statement) for name, statement in PAID.items()}
    server.pay(server.scalar(BIG_ORDER))
    for name, statement in PAID.items():
        wait_until(lambda s=statement, n=name: server.scalar(s) > before[n], seconds=120, what=name)
    wait_until(lambda: any("INV-" in mail.read_text() for mail in outbox.glob("*")), seconds=120, what="the mail")
    assert server.scalar("SELECT count(*) FROM actions_actionrun WHERE state = 'dead'") == 0


def test_a_webhook_is_applied_by_the_worker_inside_the_server(server: Server) -> None:
    source = "'athmovil', 'athmovil', '', '', '{}', 0, 1"
    with (
        closing(sqlite3.connect(Path(server.env["PRAVILA_VAR"]) / "pravila.sqlite3", timeout=20)) as database,
        database,
    ):
        database.execute(
            "INSERT INTO state_machines_webhooksource (name, declared, secret, former_secret, options, believed, enabled)"
            f" VALUES ({source})"
        )
    body = {"transactionType": "ECOMMERCE", "status": "COMPLETED", "ecommerceId": "e-1", "total": "3.00"}
    url = f"http://127.0.0.1:{server.env['PORT']}/api/v1/webhooks/athmovil"
    assert requests.post(url, json=body, timeout=20).json()["state"] == "received"
    done = "SELECT count(*) FROM state_machines_webhook WHERE state = 'processed'"
    wait_until(lambda: server.scalar(done) == 1, seconds=120, what="the webhook")


def test_the_sign_in_is_for_its_owner_only(server: Server) -> None:
    kept = Path(server.env["PRAVILA_VAR"]) / "sign-in.txt"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.read_text() not in server.log.read_text()


def test_a_second_start_keeps_what_is_there_and_a_stop_is_clean(server: Server) -> None:
    orders = server.scalar("SELECT count(*) FROM state_machines_order")
    assert server.worker is not None
    server.worker.send_signal(signal.SIGTERM)
    assert server.worker.wait(timeout=120) == 0
    server.start()
    assert server.scalar("SELECT count(*) FROM state_machines_order") == orders
    assert server.get("/health/live") == {"status": "live"}


def test_without_a_token_nothing_is_told(client: Client) -> None:
    assert client.get("/api/v1/order/1").status_code == 401
