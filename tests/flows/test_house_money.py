"""From the invoice to the money and back, by the rules of the house, to the end of each way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from actions.gateways.doors import doubles
from actions.runs import ActionRun
from core import clock
from core.machine import change, perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    PaymentRetry,
    Service,
    Ticket,
)
from tests.kit import work
from tests.state_machines.made import a_customer, a_payment, a_proforma, an_active_service, an_issued, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house_rules() -> None:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")


def a_bill(service: Service) -> Invoice:
    """An issued invoice of 10.00 for the service, three days past its due date."""
    invoice = Invoice.objects.create(customer=service.customer, due_at=clock.now() - timedelta(days=3))
    InvoiceLine.objects.create(invoice=invoice, description="web", unit_price_minor=10_00, service=service)
    perform(invoice, "issue")
    return invoice


def subjects() -> Counter[str]:
    return Counter(str(sent.subject) for sent in mail.outbox)


def no_dead_letters() -> bool:
    return not ActionRun.objects.exclude(state__in=["done", "skipped", "cancelled"]).exists()


@pytest.mark.usefixtures("midsummer")
class TestOverdue:
    def test_services_stop_after_a_week_and_go_on_when_paid(self) -> None:
        service, bullied = an_active_service(), an_active_service()
        invoice = a_bill(service)
        change(bullied, customer=service.customer)
        perform(bullied, "suspend", arguments={"reason": "abuse"})
        perform(invoice, "mark_overdue")
        work()
        assert Service.objects.get(pk=service.pk).state == "active"
        later = clock.now() + timedelta(days=7, minutes=1)
        with clock.turned_to(later):
            work()
            assert Service.objects.get(pk=service.pk).suspend_reason == "overdue"
            perform(a_payment(invoice), "succeed")
            work()
        assert Service.objects.get(pk=service.pk).state == "active"
        assert Service.objects.get(pk=bullied.pk).state == "suspended", "what stopped for another reason stays so"
        assert subjects()[f"Factura {Invoice.objects.get().number} este restantă"] == 1
        assert no_dead_letters()

    def test_who_pays_within_the_week_is_not_suspended(self) -> None:
        """A port looks at the invoice once, a week early, and suspends from two places."""
        service = an_active_service()
        invoice = a_bill(service)
        perform(invoice, "mark_overdue")
        work()
        perform(a_payment(invoice), "succeed")
        work()
        with clock.turned_to(clock.now() + timedelta(days=8)):
            work()
        assert Service.objects.get().state == "active"
        assert ActionRun.objects.get(action="service.suspend").state == "skipped"


class TestPaid:
    def test_one_payment_has_each_effect_once(self) -> None:
        """A port activates twice, writes the history twice and the security event twice: by the invoice and by the payment."""
        service = an_active_service()
        perform(service, "suspend", arguments={"reason": "overdue"})
        invoice = a_bill(service)
        perform(a_payment(invoice), "succeed")
        work()
        done = ActionRun.objects.filter(state="done").values_list("action", flat=True)
        counted = Counter(done)
        assert counted["service.activate"] == counted["invoice.mark_as_paid"] == counted["credit.adjust"] == 1
        assert Customer.objects.get().credit_score == 765

    def test_a_paid_proforma_pays_and_carries_out_its_orders_and_bills_them_once(self) -> None:
        """A port draws up a second invoice for the order that the first one paid."""
        first = an_order()
        second = an_order(first.customer)
        proforma = a_proforma(first, second)
        for order in (first, second):
            perform(order, "submit")
        perform(proforma, "convert", arguments={"paid_by": "bank"})
        work()
        assert set(Order.objects.values_list("state", flat=True)) == {"completed"}
        assert Invoice.objects.get().state == "paid"
        assert Service.objects.filter(state="active").count() == 4
        assert no_dead_letters()

    def test_provisioning_begins_at_payment(self) -> None:
        """A port waits for completion, which waits for provisioning: neither ever starts."""
        order = an_order()
        perform(order, "submit")
        work()
        assert not Service.objects.exists()
        perform(order, "pay", arguments={"reference": "OP 1"})
        work()
        assert Order.objects.get().state == "completed"


class TestRefunded:
    def test_in_full_it_stops_and_is_told_once_and_reversed_it_costs_nothing(self) -> None:
        service = an_active_service()
        payment = a_payment(a_bill(service))
        perform(payment, "succeed")
        work()
        perform(payment, "refund_payment")
        work()
        assert Invoice.objects.get().state == "refunded"
        assert Service.objects.get().suspend_reason == "refunded"
        assert Customer.objects.get().credit_score == 755
        assert sum(count for subject, count in subjects().items() if "rambursată" in subject) == 1
        perform(payment, "restore_after_refund_reversal")
        work()
        assert Customer.objects.get().credit_score == 765
        assert no_dead_letters()

    def test_in_part_it_runs_on_and_a_person_looks(self) -> None:
        service = an_active_service()
        payment = a_payment(a_bill(service))
        perform(payment, "succeed")
        perform(payment, "partially_refund", arguments={"amount_minor": 4_00})
        work()
        assert Invoice.objects.get().state == "partially_refunded"
        assert Service.objects.get().state == "active"
        assert Ticket.objects.filter(queue="finance").count() == 1


class TestFailed:
    def test_a_failed_payment_is_retried_in_one_chain(self) -> None:
        """A port schedules a retry from the signal and one from dunning."""
        payment = a_payment(an_issued())
        perform(payment, "fail_payment", arguments={"code": "card_expired"})
        work()
        retry = PaymentRetry.objects.get()
        with clock.turned_to(retry.due_at):
            perform(retry, "start")
            perform(Payment.objects.exclude(pk=payment.pk).get(), "fail_payment")
            work()
        assert list(PaymentRetry.objects.order_by("id").values_list("state", flat=True)) == ["failed", "pending"]
        assert PaymentRetry.objects.filter(payment=payment).count() == 2, "the chain is the first payment's, and one"

    def a_failed(self) -> tuple[Payment, PaymentRetry]:
        payment = a_payment(an_issued())
        PaymentMethod.objects.create(customer=payment.customer, method="stripe", gateway_id="pm_1", is_default=True)
        perform(payment, "fail_payment", arguments={"code": "insufficient_funds"})
        work()
        return payment, PaymentRetry.objects.get()

    def test_what_was_planned_is_charged_on_its_day(self) -> None:
        """A pending payment that nobody charges stays pending for ever."""
        payment, retry = self.a_failed()
        with doubles() as made, clock.turned_to(retry.due_at - timedelta(minutes=1)):
            work()
            assert made["charges"].asked == []
        with doubles() as made, clock.turned_to(retry.due_at + timedelta(minutes=1)):
            work()
            [asked] = made["charges"].asked
        assert asked.body["amount_minor"] == payment.amount_minor
        retry.refresh_from_db()
        assert retry.attempt is not None
        assert (retry.state, retry.attempt.state, retry.attempt.attempt) == ("success", "succeeded", 2)
        assert Invoice.objects.get().state == "paid"
        assert no_dead_letters()

    def test_the_next_one_comes_after_it_failed_and_the_last_stops_it(self) -> None:
        _payment, retry = self.a_failed()
        with doubles() as made:
            made["charges"].usual = {"id": None, "status": "failed", "code": "insufficient_funds"}
            for _lap in range(retry.max_attempts + 2):
                waiting = PaymentRetry.objects.filter(state="pending").first()
                if waiting is not None:
                    with clock.turned_to(waiting.due_at + timedelta(minutes=1)):
                        work()
            assert len(made["charges"].asked) == retry.max_attempts
        assert set(PaymentRetry.objects.values_list("state", flat=True)) == {"failed"}
        assert Ticket.objects.filter(queue="finance", subject="All attempts to take a payment failed").count() == 1

    def test_what_was_paid_meanwhile_is_not_charged_and_a_part_only_what_is_left(self) -> None:
        payment, retry = self.a_failed()
        invoice = Invoice.objects.get()
        perform(a_payment(invoice, 20_00), "succeed")
        work()
        with doubles() as made, clock.turned_to(retry.due_at + timedelta(minutes=1)):
            made["charges"].usual = {"id": "ch_1", "status": "pending"}
            work()
            assert made["charges"].asked[0].body["amount_minor"] == payment.amount_minor - 20_00
            retry.refresh_from_db()
            assert retry.state == "processing", "the gateway says later what became of it"
            perform(f"payment:{retry.attempt_id}", "succeed")
            work()
        retry.refresh_from_db()
        assert (retry.state, Invoice.objects.get().state) == ("success", "paid")
        other, planned = a_payment(an_issued(payment.customer)), None
        perform(other, "fail_payment")
        work()
        planned = PaymentRetry.objects.get(payment=other)
        perform(a_payment(Invoice.objects.get(pk=other.invoice_id)), "succeed")
        work()
        with doubles() as made, clock.turned_to(planned.due_at + timedelta(minutes=1)):
            work()
            assert made["charges"].asked == []
        planned.refresh_from_db()
        assert planned.state == "skipped"

    def test_a_stolen_card_is_not_tried_again(self) -> None:
        perform(a_payment(an_issued()), "fail_payment", arguments={"code": "stolen_card"})
        work()
        assert not PaymentRetry.objects.exists()


class TestCancelled:
    def test_what_belongs_to_it_ends_and_nothing_of_others(self) -> None:
        """A port's filter by customer is too wide: it takes what belongs to the customer's other orders."""
        order, other = an_order(), None
        other = an_order(order.customer)
        for each in (order, other):
            perform(each, "submit")
        running = an_active_service(order.customer, order=order)
        untouched = an_active_service(order.customer, order=other)
        perform(order, "cancel")
        work()
        assert set(OrderItem.objects.filter(order=order).values_list("state", flat=True)) == {"cancelled"}
        assert set(OrderItem.objects.filter(order=other).values_list("state", flat=True)) == {"pending"}
        assert Service.objects.get(pk=running.pk).suspend_reason == "order_cancelled"
        assert Service.objects.get(pk=untouched.pk).state == "active"

    def test_a_void_invoice_cancels_its_order_unless_it_has_another(self) -> None:
        for others in (0, 1):
            order = an_order()
            perform(order, "submit")
            invoices = [an_issued(order.customer, order=order) for _number in range(1 + others)]
            perform(invoices[0], "void")
            work()
            assert Order.objects.get(pk=order.pk).state == ("pending" if others else "cancelled")


def test_a_customer_has_profiles_a_welcome_and_one_current_address() -> None:
    customer = a_customer(kind="company", tax_id="RO14399840")
    work()
    assert customer.tax_profile.is_vat_payer
    for street in ("Lungă 1", "Scurtă 2"):
        customer.addresses.create(city="Iași", street=street)
        work()
    assert [address.state for address in customer.addresses.order_by("id")] == ["former", "current"]
    assert subjects()["Bun venit"] == 1
