"""What it costs to look back: dispatch of the same events by rules that look at nothing, at the past, at a relation."""

from __future__ import annotations

import statistics
import time

from actions.dispatch import dispatch_all
from core.machine import record
from rules.decisions import Decision
from state_machines.models import Customer, Invoice
from tests.bench.measure import table
from tests.kit import in_force

CUSTOMERS, INVOICES, EVENTS, ROUNDS = 50, 20, 2000, 3
WEEK = {"count": "customer.updated", "of": "customer", "within": "7d", "op": "gte", "value": 1_000_000}
OWED = {"sum": "customer.invoices", "take": "item.remaining", "op": "lt", "value": {"money": "0.00 RON"}}
NEVER = {"fact": "customer.credit_score", "op": "gt", "value": 1_000_000}
CONDITIONS = {"a fact": NEVER, "events of a week": WEEK, f"{INVOICES} related objects": OWED}


def _seconds(customers: list[Customer]) -> float:
    for number in range(EVENTS):
        record(customers[number % CUSTOMERS], "customer.updated")
    began = time.perf_counter()
    decided = dispatch_all()
    seconds = time.perf_counter() - began
    if decided != EVENTS or Decision.objects.filter(outcome="failed").exists():
        raise AssertionError(f"{decided} of {EVENTS} events were decided")
    return seconds


def run() -> None:
    customers = [Customer.objects.create(name=str(number), email="a@example.ro") for number in range(CUSTOMERS)]
    for customer in customers:
        for _number in range(INVOICES):
            Invoice.objects.create(customer=customer)
    dispatch_all()
    times: dict[str, list[float]] = {name: [] for name in CONDITIONS}
    for _round in range(ROUNDS):
        for name, condition in CONDITIONS.items():
            in_force({"key": "look", "when": "customer.updated", "if": condition, "then": [{"do": "bench.note"}]})
            dispatch_all()
            times[name].append(_seconds(customers))
    middle = {name: statistics.median(found) for name, found in times.items()}
    rows: list[tuple[object, ...]] = [
        (name, EVENTS / seconds, round(seconds / middle["a fact"], 2)) for name, seconds in middle.items()
    ]
    table("Dispatch by rules that look at", ("what", "events/s", "times a fact"), rows)
