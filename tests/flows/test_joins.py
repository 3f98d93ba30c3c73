"""Two ends that come at the same moment, on PostgreSQL with several workers: what waits for both happens once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Barrier

import pytest

from actions.dispatch import dispatch_batch
from actions.runner import run_due
from actions.runs import ActionRun
from core.events import Event
from core.machine import perform
from core.outbox import Outbox
from rules.document.load import load
from rules.receivers import HOUSE_FILE
from state_machines.models import Customer, Invoice, InvoiceLine, Order, OrderItem, Payment
from tests.kit import in_force, work
from tests.parallel import at_once

JOINS, CUSTOMERS = 500, 20
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
Act = Callable[[], object]


def house_rule(key: str) -> dict[str, object]:
    (document,) = load(HOUSE_FILE.read_text(encoding="utf-8"), name="house.yaml").documents
    return next(rule for rule in document.rules if rule["key"] == key)


def customers() -> list[Customer]:
    return [Customer.objects.create(name=f"c{number}", email="a@example.ro") for number in range(CUSTOMERS)]


def both_at_once(pairs: list[tuple[Act, Act]]) -> None:
    """The two acts of each pair by two threads that wait for each other, while two workers decide and carry out."""
    together, over = Barrier(2, timeout=60), []

    def one_side(side: int) -> None:
        try:
            for pair in pairs:
                together.wait()
                pair[side]()
        finally:
            over.append(side)

    def worker() -> None:
        while len(over) < 2 or Outbox.objects.exists():
            dispatch_batch()
            run_due("default", limit=50)

    results = at_once(partial(one_side, 0), partial(one_side, 1), worker, worker)
    assert results == [None] * 4
    work(laps=200)


def test_the_last_two_items_of_an_order_complete_it_once() -> None:
    in_force(house_rule("complete-order"))
    payers, pairs = customers(), []
    for number in range(JOINS):
        order = Order.objects.create(customer=payers[number % CUSTOMERS])
        items = [OrderItem.objects.create(order=order, product="web", unit_price_minor=100_00) for _ in range(2)]
        perform(order, "submit")
        perform(order, "pay", arguments={"reference": "bank"})
        for item in items:
            perform(item, "start_provisioning")
        pairs.append(tuple(partial(perform, item.ref, "complete_provisioning") for item in items))
    both_at_once(pairs)  # type: ignore[arg-type]
    assert Counter(Order.objects.values_list("state", flat=True)) == {"completed": JOINS}
    completed = Event.objects.filter(type="order.completed").values_list("subject", flat=True)
    assert Counter(Counter(completed).values()) == {1: JOINS}
    assert Counter(ActionRun.objects.values_list("state", flat=True)) == {"done": JOINS, "skipped": JOINS}


def test_two_part_payments_settle_an_invoice_once() -> None:
    in_force(house_rule("settle-invoice"))
    payers, pairs = customers(), []
    for number in range(JOINS):
        customer = payers[number % CUSTOMERS]
        invoice = Invoice.objects.create(customer=customer)
        InvoiceLine.objects.create(invoice=invoice, description="Hosting", unit_price_minor=100_00, tax_percent=21)
        perform(invoice, "issue")
        parts = [Payment.objects.create(customer=customer, invoice=invoice, amount_minor=60_50) for _ in range(2)]
        pairs.append(tuple(partial(perform, part.ref, "succeed") for part in parts))
    both_at_once(pairs)  # type: ignore[arg-type]
    assert Counter(Invoice.objects.values_list("state", "paid_minor")) == {("paid", 121_00): JOINS}
    paid = Event.objects.filter(type="invoice.paid").values_list("subject", flat=True)
    assert Counter(Counter(paid).values()) == {1: JOINS}
    assert Counter(ActionRun.objects.values_list("state", flat=True)) == {"done": JOINS, "skipped": JOINS}
