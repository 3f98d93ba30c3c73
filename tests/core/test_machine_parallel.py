"""Two who want the same change at the same moment: one gets it."""

from __future__ import annotations

from functools import partial

import pytest

from core.errors import NotAllowed
from core.events import Event
from core.machine import perform
from tests.parallel import at_once
from tests.state_machines.made import a_payment, an_issued, an_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_one_wins_and_one_event_is_written() -> None:
    order = an_order()
    act = partial(perform, order.ref, "submit")
    results = at_once(act, act)
    assert sorted(type(result).__name__ for result in results) == ["Event", "NotAllowed"]
    assert Event.objects.filter(type="order.submitted").count() == 1
    refused = next(result for result in results if isinstance(result, NotAllowed))
    assert refused.state == "pending"


def test_parallel_payments_of_one_invoice_pay_it_once() -> None:
    invoice = an_issued()
    payments = [a_payment(invoice) for _ in range(4)]
    results = at_once(*(partial(perform, payment.ref, "succeed") for payment in payments))
    assert sorted(type(result).__name__ for result in results) == ["Blocked", "Blocked", "Blocked", "Event"]
    invoice.refresh_from_db()
    assert invoice.paid_minor == invoice.total_minor
