"""The machines of billing keep what every machine promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core import clock
from core.machine import Machine, change, perform
from core.testing.machine_contract import MachineContract
from state_machines.models import Customer, Invoice, Order, OrderItem, Payment, Refund, TopUp, Wallet
from tests.state_machines.made import a_customer, a_draft, a_payment, a_refund, a_topup, a_wallet, an_issued, an_order


class TestCustomer(MachineContract):
    model = Customer

    def make(self) -> Machine:
        return Customer.objects.create(name="Ana Pop")


class TestOrder(MachineContract):
    model = Order

    def make(self) -> Machine:
        return an_order()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        if name == "complete":
            for item in OrderItem.objects.filter(order=row.pk):
                perform(item, "start_provisioning")
                perform(item, "complete_provisioning")
        return {"reference": "bank transfer 7"} if name == "pay" else {}


class TestOrderItem(MachineContract):
    model = OrderItem

    def make(self) -> Machine:
        return an_order(items=1).items.get()


class TestInvoice(MachineContract):
    model = Invoice

    def make(self) -> Machine:
        return a_draft()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        assert isinstance(row, Invoice)
        if name == "mark_overdue":
            change(row, due_at=clock.now() - timedelta(days=1))
        if name == "mark_as_paid":
            perform(a_payment(row), "succeed")
        if name in ("refund_invoice", "mark_partially_refunded"):
            payment = row.payments.get()
            part = name == "mark_partially_refunded"
            if part and payment.state == "succeeded":
                perform(payment, "partially_refund", arguments={"amount_minor": 100})
            elif not part:
                perform(payment, "complete_refund" if payment.state == "partially_refunded" else "refund_payment")
        if name == "restore_after_refund_reversal":
            perform(row.payments.get(), name)
        if name == "restore_partial_after_refund_reversal":
            perform(row.payments.get(), name, arguments={"amount_minor": 100})
        return {}


class TestPayment(MachineContract):
    model = Payment

    def make(self) -> Machine:
        return a_payment(an_issued(a_customer()))


class TestRefund(MachineContract):
    model = Refund

    def make(self) -> Machine:
        return a_refund()


class TestWallet(MachineContract):
    model = Wallet

    def make(self) -> Machine:
        return a_wallet()


class TestTopUp(MachineContract):
    model = TopUp

    def make(self) -> Machine:
        return a_topup()
