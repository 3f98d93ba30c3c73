"""The server as a user starts it: one POST, until invoice, ticket, credit score and e-mail are there."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.measure import table
from tests.faults.stack import Embedded, wait_until

PAID = {
    "invoice issued": "SELECT count(*) FROM state_machines_invoice WHERE state = 'issued'",
    "ticket opened": "SELECT count(*) FROM state_machines_ticket",
    "score raised": "SELECT count(*) FROM state_machines_creditentry",
    "order completed": "SELECT count(*) FROM state_machines_order WHERE state = 'completed'",
}


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="pravila-served-") as folder:
        server = Server(Path(folder))
        try:
            server.start()
            _measure(server, Path(folder))
        finally:
            server.close()


class Server(Embedded):
    """`manage.py serve --demo`, with the port that it listens on."""

    command = ["manage.py", "serve", "--demo"]

    def start(self) -> None:
        super().start()
        ready = Path(self.env["PRAVILA_VAR"]) / "sign-in.txt"
        wait_until(ready.exists, seconds=60, what="the demo company loaded")
        wait_until(self.answers, seconds=60, what="the server answering")

    def answers(self) -> bool:
        try:
            return self.get("/health/ready")["status"] == "ready"
        except OSError:
            return False

    def get(self, path: str) -> dict[str, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return dict(json.load(answer))

    def pay(self, order: int) -> None:
        kept = (Path(self.env["PRAVILA_VAR"]) / "sign-in.txt").read_text().split()
        token = kept[kept.index("token") + 1]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/order/{order}/transitions",
            data=json.dumps({"name": "pay", "arguments": {"reference": "OP 1"}}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            if answer.status != 200:
                raise AssertionError(answer.read())


def _measure(server: Server, folder: Path) -> None:
    big = "SELECT min(id) FROM state_machines_order WHERE total_minor >= 500000 AND state = 'pending'"
    order = server.scalar(big)
    before = {name: server.scalar(statement) for name, statement in PAID.items()}
    mails = len(list((folder / "outbox").glob("*")))
    began = time.perf_counter()
    server.pay(order)
    seconds: dict[str, float] = {"POST answered": time.perf_counter() - began}
    waiting = dict(PAID)
    while (waiting or "e-mail written" not in seconds) and time.perf_counter() - began < 30:
        for name in list(waiting):
            if server.scalar(waiting[name]) > before[name]:
                seconds[name] = time.perf_counter() - began
                del waiting[name]
        if "e-mail written" not in seconds and len(list((folder / "outbox").glob("*"))) > mails:
            seconds["e-mail written"] = time.perf_counter() - began
        time.sleep(0.005)
    if waiting:
        raise AssertionError(f"not in 30 s: {', '.join(waiting)}")
    table(
        "One POST to a served demo company",
        ("", "seconds"),
        [(name, round(found, 2)) for name, found in seconds.items()],
    )
