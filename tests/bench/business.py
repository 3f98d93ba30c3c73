"""What a business waits for: reminders of a thousand overdue invoices, the issue of one invoice, and on a served house the way from
a webhook to running services, and an e-mail while ten thousand reports wait."""

from __future__ import annotations

import statistics
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from actions.gateways.doors import doubles
from actions.lap import lap
from actions.runs import ActionRun
from core import clock
from core.machine import perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.models import Invoice
from state_machines.sources.signatures import of_body
from tests.bench import business_seed as seed
from tests.bench.measure import table
from tests.faults.stack import Embedded, wait_until
from tests.state_machines.made import a_customer, a_draft

OVERDUE, ISSUED, REPORTS = 1000, 200, 10_000
INVOICE = "SELECT count(*) FROM state_machines_invoice WHERE state = 'paid'"
SERVICES = "SELECT count(*) FROM state_machines_service WHERE state = 'active'"


def run() -> None:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    rows = list(_dunned().items())
    rows += [(f"one invoice issued, {name}", found) for name, found in _issued().items()]
    with tempfile.TemporaryDirectory(prefix="pravila-business-") as folder:
        server = Embedded(Path(folder))
        try:
            rows += _served(server, Path(folder))
        finally:
            server.close()
    table("What a business waits for", ("", "seconds"), [(name, round(found, 3)) for name, found in rows])


def _dunned() -> dict[str, float]:
    """Invoices that are overdue, until each has had its reminder of the first day: moment, decision, e-mail."""
    due = clock.now() + timedelta(days=1)
    for number in range(OVERDUE):
        perform(a_draft(a_customer(email=f"c{number}@example.com"), due_at=due), "issue")
    with doubles():
        with clock.turned_to(due + timedelta(minutes=1)):
            _work()
        if Invoice.objects.filter(state="overdue").count() != OVERDUE or _reminded():
            raise AssertionError("not all are overdue, or some have been reminded already")
        with clock.turned_to(due + timedelta(days=2)):
            began, used = time.perf_counter(), time.process_time()
            _work()
            seconds, used = time.perf_counter() - began, time.process_time() - used
    if _reminded() != OVERDUE:
        raise AssertionError(f"{_reminded()} reminded of {OVERDUE}")
    return {"1,000 overdue invoices reminded": seconds, "of which this process had a core": used}


def _reminded() -> int:
    return ActionRun.objects.filter(rule="remind-unpaid", state="done").count()


def _issued() -> dict[str, float]:
    drafts = [a_draft(lines=3) for _number in range(ISSUED)]
    times = []
    for draft in drafts:
        began = time.perf_counter()
        perform(draft, "issue")
        times.append(time.perf_counter() - began)
    return {"median": statistics.median(times), "95th percentile": statistics.quantiles(times, n=20)[-1]}


def _served(server: Embedded, folder: Path) -> list[tuple[str, float]]:
    server.run("manage.py", "migrate", "-v0")
    server.run("-m", "tests.bench.business_seed")
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    wait_until(lambda: _answers(f"{url}/health/ready"), seconds=60, what="the server answering")
    wait_until(lambda: len(_mails(folder)) > 0, seconds=60, what="the order confirmed")
    found = [("webhook in, until its invoice is paid and its services active", _paid(server, url))]
    server.run("-m", "tests.bench.business_seed", "reports", str(REPORTS))
    before, began = len(_mails(folder)), time.perf_counter()
    server.run("-m", "tests.bench.business_seed", "order")
    wait_until(lambda: len(_mails(folder)) > before, seconds=90, what="the e-mail")
    seconds = time.perf_counter() - began
    waiting = server.scalar("SELECT count(*) FROM actions_actionrun WHERE queue = 'reports' AND state = 'ready'")
    return [*found, (f"an e-mail from order to file, {waiting} reports still waiting", seconds)]


def _paid(server: Embedded, url: str) -> float:
    body, stamp = seed.NOTICE, int(time.time())
    signature = of_body(seed.SECRET, f"{stamp}.".encode() + body)
    headers = {"Stripe-Signature": f"t={stamp},v1={signature}", "Content-Type": "application/json"}
    began = time.perf_counter()
    request = urllib.request.Request(f"{url}/api/v1/webhooks/stripe", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
    wait_until(lambda: server.scalar(INVOICE) == 1 and server.scalar(SERVICES) == 2, seconds=60, what="active services")
    return time.perf_counter() - began


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _mails(folder: Path) -> list[Path]:
    return list((folder / "outbox").glob("*"))


def _work() -> None:
    while lap() != (0, 0):
        pass
