"""Orders and their items."""

from __future__ import annotations

import pytest

from core.errors import BadArguments, Blocked
from core.events import Event
from core.machine import change, perform
from state_machines.models import Order, OrderItem
from tests.state_machines.made import a_draft, a_payment, an_order

pytestmark = pytest.mark.django_db


def a_paid_order(**fields: object) -> Order:
    order = an_order(**fields)
    perform(order, "submit")
    perform(order, "pay", arguments={"reference": "bank-7"})
    return order


class TestItems:
    def test_make_the_total(self) -> None:
        order = an_order()
        assert (order.total_minor, order.item_count) == (300_00, 2)
        order.items.order_by("id")[1].delete()
        order = Order.objects.get()
        assert (order.total_minor, order.item_count) == (100_00, 1)

    def test_freeze_the_order_with_the_new_total(self) -> None:
        order = an_order(items=1)
        event = Event.objects.get(type="order_item.created")
        assert event.facts["order"]["total"]["minor"] == order.total_minor == 100_00

    def test_take_the_currency_of_the_order(self) -> None:
        order = an_order(items=1, currency="EUR")
        assert order.items.get().currency == "EUR"

    def test_stay_once_the_order_is_submitted(self) -> None:
        order = an_order()
        item = order.items.first()
        perform(order, "submit")
        with pytest.raises(Blocked, match="only while it is a draft"):
            OrderItem.objects.create(order=order, product="late", unit_price_minor=1)
        with pytest.raises(Blocked, match="only while it is a draft"):
            item.delete()
        assert order.items.count() == 2


class TestSubmit:
    def test_needs_items(self) -> None:
        order = an_order(items=0)
        with pytest.raises(Blocked, match=f"order {order.pk} has no items"):
            perform(order, "submit")

    def test_needs_a_total_above_zero(self) -> None:
        order = an_order(items=0)
        OrderItem.objects.create(order=order, product="free", unit_price_minor=0)
        with pytest.raises(Blocked, match="not above zero"):
            perform(order, "submit")

    def test_needs_items_that_add_up(self) -> None:
        order = an_order()
        item = order.items.first()
        change(item, total_minor=1)
        with pytest.raises(Blocked, match=r"add up to 200.01 RON, not to 300.00 RON"):
            perform(order, "submit")


class TestPay:
    def test_by_a_reference(self) -> None:
        order = a_paid_order()
        assert (order.state, order.payment_reference) == ("processing", "bank-7")

    def test_by_a_paid_invoice(self) -> None:
        order = an_order()
        perform(order, "submit")
        invoice = a_draft(order.customer, order=order)
        with pytest.raises(Blocked, match="neither a paid invoice nor the reference"):
            perform(order, "pay")
        perform(invoice, "issue")
        perform(a_payment(invoice), "succeed")
        perform(invoice, "mark_as_paid")
        assert perform(order, "pay").target == "processing"


class TestComplete:
    def test_needs_every_item(self) -> None:
        order = a_paid_order()
        first, second = order.items.order_by("id")
        perform(first, "start_provisioning")
        perform(first, "complete_provisioning")
        with pytest.raises(Blocked, match=f"1 of 2 items of order {order.pk} are not completed"):
            perform(order, "complete")
        perform(second, "cancel_provisioning")
        assert perform(order, "complete").target == "completed"

    def test_refuses_when_all_items_were_cancelled(self) -> None:
        order = a_paid_order(items=1)
        perform(order.items.get(), "cancel_provisioning")
        with pytest.raises(Blocked):
            perform(order, "complete")


class TestRefund:
    def completed(self) -> Order:
        order = a_paid_order(items=1)
        item = order.items.get()
        perform(item, "start_provisioning")
        perform(item, "complete_provisioning")
        perform(order, "complete")
        return order

    def test_in_parts_and_then_the_rest(self) -> None:
        order = self.completed()
        perform(order, "partially_refund", arguments={"amount_minor": 40_00})
        perform(order, "partially_refund", arguments={"amount_minor": 59_99})
        with pytest.raises(Blocked, match="refunded in full"):
            perform(order, "partially_refund", arguments={"amount_minor": 1})
        perform(order, "refund")
        assert (order.state, order.refunded_minor) == ("refunded", 100_00)

    @pytest.mark.parametrize("amount", [0, -1, 10**18, "5"])
    def test_needs_an_amount(self, amount: object) -> None:
        order = self.completed()
        with pytest.raises(BadArguments):
            perform(order, "partially_refund", arguments={"amount_minor": amount})


def test_failed_item_is_tried_again() -> None:
    item = an_order(items=1).items.get()
    for name in ("start_provisioning", "fail_provisioning", "retry_provisioning", "start_provisioning"):
        perform(item, name)
    assert item.state == "in_progress"
