"""The machines of billing keep what every machine promises."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from core import clock
from core.machine import Machine, change, perform
from core.testing.machine_contract import MachineContract
from state_machines.models import (
    Address,
    BillingProfile,
    Consent,
    Customer,
    Invoice,
    Note,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    PaymentRetry,
    Plan,
    Product,
    ProductPrice,
    Proforma,
    Refund,
    RetryPolicy,
    Seller,
    Subscription,
    TaxProfile,
    TaxRate,
    TopUp,
    VatValidation,
    Wallet,
)
from tests.state_machines.made import (
    a_customer,
    a_draft,
    a_payment,
    a_plan,
    a_proforma,
    a_refund,
    a_retry,
    a_seller,
    a_subscription,
    a_topup,
    a_wallet,
    an_issued,
    an_order,
)


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


class TestPlan(MachineContract):
    model = Plan

    def make(self) -> Machine:
        return a_plan(code=uuid4().hex)


class TestProduct(MachineContract):
    model = Product

    def make(self) -> Machine:
        return Product.objects.create(code=uuid4().hex)


class TestProductPrice(MachineContract):
    model = ProductPrice

    def make(self) -> Machine:
        product = Product.objects.create(code=uuid4().hex)
        return ProductPrice.objects.create(product=product, price_minor=5_00, valid_from=date(2026, 1, 1))


class TestSubscription(MachineContract):
    model = Subscription

    def make(self) -> Machine:
        return a_subscription()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        if name in ("renew", "expire"):
            change(row, period_end=clock.now() - timedelta(seconds=1))
        return {}


class TestAddress(MachineContract):
    model = Address

    def make(self) -> Machine:
        return Address.objects.create(customer=a_customer(), city="Cluj", street="Horea 1")


class TestNote(MachineContract):
    model = Note

    def make(self) -> Machine:
        return Note.objects.create(customer=a_customer(), body="They were friendly")


class TestConsent(MachineContract):
    model = Consent

    def make(self) -> Machine:
        return Consent.objects.create(customer=a_customer(), purpose="marketing")


class TestPaymentMethod(MachineContract):
    model = PaymentMethod

    def make(self) -> Machine:
        return PaymentMethod.objects.create(customer=a_customer(), gateway_id=uuid4().hex, valid_to=date(2020, 1, 31))


class TestTaxProfile(MachineContract):
    model = TaxProfile

    def make(self) -> Machine:
        return TaxProfile.objects.create(customer=a_customer(), cui="14399840")


class TestBillingProfile(MachineContract):
    model = BillingProfile

    def make(self) -> Machine:
        return BillingProfile.objects.create(customer=a_customer())


class TestVatValidation(MachineContract):
    model = VatValidation

    def make(self) -> Machine:
        now = clock.now()
        return VatValidation.objects.create(customer=a_customer(), number="DE136695976", expires_at=now)


class TestTaxRate(MachineContract):
    model = TaxRate

    def make(self) -> Machine:
        day = TaxRate.objects.count()
        return TaxRate.objects.create(percent=21, valid_from=date(2026, 1, 1) + timedelta(days=day))


class TestProforma(MachineContract):
    model = Proforma

    def make(self) -> Machine:
        return a_proforma(valid_to=clock.now())


class TestRetryPolicy(MachineContract):
    model = RetryPolicy

    def make(self) -> Machine:
        return RetryPolicy.objects.create(code=uuid4().hex)


class TestPaymentRetry(MachineContract):
    model = PaymentRetry

    def make(self) -> Machine:
        return a_retry()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        assert isinstance(row, PaymentRetry)
        if name == "start":
            change(row, due_at=clock.now() - timedelta(seconds=1))
        if name in ("succeed", "fail"):
            assert row.attempt is not None
            perform(row.attempt, "succeed" if name == "succeed" else "fail_payment")
        return {}


class TestSeller(MachineContract):
    model = Seller

    def make(self) -> Machine:
        return a_seller()
