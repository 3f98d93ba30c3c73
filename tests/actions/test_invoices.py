"""Invoices that rules make: at the rate of the day, and one per order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import clock
from core.machine import perform
from state_machines.models import Invoice, InvoiceLine
from tests.kit import in_force, outcomes, work
from tests.state_machines.made import a_proforma, an_order

pytestmark = pytest.mark.django_db
BILL = {"key": "bill", "when": "order.submitted", "then": [{"do": "invoice.create"}]}


@pytest.mark.parametrize(("time", "percent"), [((20, 59), 19), ((21, 0), 21)])
def test_rate_is_that_of_the_day_at_home(time: tuple[int, int], percent: int) -> None:
    """The rate rose on 1 August 2025, which began in Bucharest three hours before it began in UTC."""
    in_force(BILL)
    with clock.turned_to(datetime(2025, 7, 31, *time, tzinfo=UTC)):
        perform(an_order(items=1), "submit")
        work()
    assert InvoiceLine.objects.get().tax_percent == percent


def test_an_order_that_its_proforma_billed_is_not_billed_again() -> None:
    """A port that generates an invoice for each order that moves on bills it twice."""
    in_force(BILL)
    order = an_order()
    perform(a_proforma(order), "convert", arguments={"paid_by": "bank"})
    perform(order, "submit")
    work()
    assert Invoice.objects.count() == 1
    assert [state for action, _target, state in outcomes() if action == "invoice.create"] == ["skipped"]
