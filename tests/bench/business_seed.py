"""Run inside the server's environment: a house with an order that waits for its card, reports that wait, one more order."""

from __future__ import annotations

import json
import sys

import django

SECRET = "whsec_business"
NOTICE = json.dumps(
    {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "amount_received": 30000, "currency": "ron", "customer": "cus_1"}},
    }
).encode()


def house() -> None:
    from core.machine import perform
    from rules.publish import publish_text
    from rules.receivers import HOUSE_FILE
    from state_machines.models import Invoice, Payment, WebhookSource

    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    WebhookSource.objects.create(name="stripe", declared="stripe", secret=SECRET)
    placed = order()
    invoice = Invoice.objects.create(customer=placed.customer, order=placed)
    invoice.lines.create(description="all of it", unit_price_minor=30000)
    perform(invoice, "issue")
    Payment.objects.create(
        customer=placed.customer,
        invoice=invoice,
        amount_minor=30000,
        currency="RON",
        method="stripe",
        gateway_id="pi_1",
    )


def order():  # type: ignore[no-untyped-def]
    from core.machine import perform
    from tests.state_machines.made import a_customer, an_order

    placed = an_order(a_customer())
    perform(placed, "submit")
    return placed


def reports(count: int) -> None:
    from actions.runs import ActionRun
    from core import clock
    from core.events import Event

    event, now = Event.objects.order_by("-id")[0], clock.now()
    ActionRun.objects.bulk_create(
        ActionRun(
            key=f"bench/{number}", event_id=event.pk, subject=event.subject, rule_set="house", rule="daily-report",
            version="", item="report.make", action="report.make", target=event.subject, arguments={"kind": "daily"},
            queue="reports", due_at=now, correlation=event.correlation, created_at=now,
        )
        for number in range(count)
    )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    given = sys.argv[1:] or ["house"]
    if given[0] == "reports":
        reports(int(given[1]))
    else:
        {"house": house, "order": order}[given[0]]()
