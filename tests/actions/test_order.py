"""Decisions of one customer are made in the order of its events, however many workers decide."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import pytest

from actions.dispatch import dispatch_batch
from core.events import Event
from core.machine import record
from core.outbox import Outbox
from rules.decisions import Decision
from state_machines.customers import Customer
from tests.kit import in_force
from tests.parallel import at_once

CUSTOMERS, EACH, HOT = 50, 30, 900
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_of_one_customer_with_four_dispatchers_while_events_come_in() -> None:
    in_force({"key": "note", "when": "customer.updated", "then": [{"do": "test.note"}]})
    customers = [Customer.objects.create(name=str(number), email="a@example.ro") for number in range(CUSTOMERS)]
    hot = customers[0]
    writers = [customers[1::2], customers[2::2], [hot]]
    done: list[int] = []

    def write(mine: list[Customer]) -> int:
        """Each customer has one writer, so that its events are committed in the order of their numbers."""
        written = 0
        try:
            for _lap in range(HOT if mine == [hot] else EACH):
                for customer in mine:
                    record(customer, "customer.updated")
                    written += 1
        finally:
            done.append(1)
        return written

    def decide() -> int:
        decided = 0
        while True:
            over = len(done) == len(writers)
            batch = dispatch_batch()
            decided += batch
            if over and not batch and not Outbox.objects.exists():
                return decided

    results = at_once(*(partial(write, mine) for mine in writers), *([decide] * 4))
    assert all(isinstance(found, int) for found in results), results
    total = Event.objects.filter(live=True).count()
    assert sum(results[len(writers) :]) == total  # type: ignore[arg-type]
    assert sum(results[: len(writers)]) == HOT + EACH * (CUSTOMERS - 1)  # type: ignore[arg-type]
    nothing_lost_nothing_twice(total)
    assert sum(count > 0 for count in results[len(writers) :]) > 1, "more than one was at work"  # type: ignore[operator]


def nothing_lost_nothing_twice(total: int) -> None:
    customer_of = dict(Event.objects.values_list("id", "customer"))
    decided: dict[str, list[int]] = defaultdict(list)
    for event_id in Decision.objects.order_by("id").values_list("event_id", flat=True):
        decided[customer_of[event_id]].append(event_id)
    assert sum(map(len, decided.values())) == total
    for customer, events in decided.items():
        assert events == sorted(events), f"decisions of {customer} are out of order"
        assert len(events) == len(set(events))
