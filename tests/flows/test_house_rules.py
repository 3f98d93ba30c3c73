"""The two ways through the house rules: an order becomes running services, and an invoice becomes money."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from actions.gateways.doors import replaced
from actions.gateways.mail import MailDouble
from actions.gateways.panel import LocalPanel
from actions.outcome import Failed
from actions.runs import ActionRun
from core.events import Event
from core.machine import perform
from rules.decisions import Decision
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.payments import Payment
from state_machines.services import Service
from state_machines.tickets import Ticket
from tests.kit import work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house_rules() -> None:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")


def an_order(price: int = 600_000, **fields: Any) -> Order:
    customer = Customer.objects.create(**({"name": "Ana", "email": "ana@example.com", "language": "en"} | fields))
    order = Order.objects.create(customer=customer)
    for product in ("hosting", "domain"):
        OrderItem.objects.create(order=order, product=product, unit_price_minor=price)
    perform(order, "submit")
    work()
    return order


def test_one_transition_leads_to_invoice_ticket_score_and_mail() -> None:
    order = an_order()
    perform(order, "pay", arguments={"reference": "OP 77"})
    work()
    order = Order.objects.get(pk=order.pk)
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.order_id, invoice.net_minor, invoice.total_minor) == (
        "issued",
        order.pk,
        1_200_000,
        1_452_000,
    )
    assert invoice.number == "INV-000001"
    assert Ticket.objects.get().subject == f"Call the customer of big order {order.number}"
    assert Customer.objects.get().credit_score == 750 + 15 + 5
    assert sorted(sent.subject for sent in mail.outbox) == [
        "Invoice INV-000001",
        f"Order {order.number} has arrived",
        "Welcome",
        "domain is ready",
        "hosting is ready",
    ]
    assert {service.state for service in Service.objects.all()} == {"active"}
    assert order.state == "completed"
    assert not ActionRun.objects.exclude(state__in=["done", "skipped"]).exists()


def test_an_invoice_becomes_money_and_a_second_invoice_never_comes() -> None:
    order = an_order(price=10_000)
    invoice = Invoice.objects.create(customer=order.customer, order=order)
    invoice.lines.create(description="all of it", unit_price_minor=20_000)
    perform(invoice, "issue")
    payment = Payment.objects.create(customer=order.customer, invoice=invoice, amount_minor=20_000, currency="RON")
    perform(payment, "succeed")
    work()
    assert Invoice.objects.get().state == "paid", "one invoice, and no second one for the paid order"
    assert Order.objects.get().state == "completed"
    assert "has invoice" in ActionRun.objects.get(action="invoice.create").said


def test_a_failed_payment_costs_score_and_is_told_once() -> None:
    order = an_order()
    payment = Payment.objects.create(customer=order.customer, amount_minor=100, currency="RON")
    perform(payment, "fail_payment", arguments={"code": "card_expired"})
    work()
    assert Customer.objects.get().credit_score == 700
    assert [sent.subject for sent in mail.outbox].count("Your payment failed") == 1


def test_what_the_panel_refuses_is_a_failed_item_and_a_ticket() -> None:
    order = an_order()
    refusal = Failed("no such plan", retryable=False)
    with replaced(panel=LocalPanel(answers=[refusal])):
        perform(order, "pay", arguments={"reference": "OP 77"})
        work()
    assert OrderItem.objects.filter(state="failed").count() == 1
    assert any("could not be set up" in ticket.subject for ticket in Ticket.objects.all())
    assert Order.objects.get().state == "processing"


def test_a_silent_mail_server_holds_up_nothing_else() -> None:
    double = MailDouble(answers=[Failed("no answer", retryable=True)] * 3)
    with replaced(mail=double):
        order = an_order()
        perform(order, "pay", arguments={"reference": "OP 77"})
        work()
    assert Order.objects.get().state == "completed"
    waiting = ActionRun.objects.filter(action="notify.email", state="ready")
    assert waiting.count() == 3 < len(double.sent)
    assert {run.said for run in waiting} == {"no answer"}


def test_one_customer_differs_by_a_number_a_muted_rule_and_a_rule_of_their_own() -> None:
    special, usual = an_order(), an_order(email="b@example.com")
    publish_text(
        special.customer.ref,
        f"""
set: {special.customer.ref}
params: {{big_order: {{money: "20000.00 RON"}}}}
mute: {{send-invoice: asked for no mails}}
rules:
- key: greet-boss
  title: The boss calls
  when: order.paid
  then: [{{do: ticket.open, with: {{subject: The boss calls}}}}]
""",
        title="their own",
    )
    for order in (special, usual):
        perform(order, "pay", arguments={"reference": "OP"})
    work()
    subjects = {ticket.customer_id: ticket.subject for ticket in Ticket.objects.all()}
    assert subjects == {
        special.customer_id: "The boss calls",
        usual.customer_id: f"Call the customer of big order {usual.number}",
    }
    issued = Event.objects.get(type="invoice.issued", customer=special.customer.ref)
    decision = Decision.objects.get(event_id=issued.pk)
    assert decision.held_back == {"send-invoice": "muted for this customer: asked for no mails"}
    assert len(decision.overlay) == 64


def test_no_event_carries_what_identifies_a_person() -> None:
    order = an_order(name="Ioana Secretul", email="ioana@example.com")
    perform(order, "pay", arguments={"reference": "OP Secretul"})
    perform(order, "cancel", arguments={"reason": "Ioana asked"})
    work()
    for table in (Event, Decision, ActionRun):
        text = str(list(table.objects.values()))
        assert "Ioana" not in text
        assert "Secretul" not in text
        assert "ioana@" not in text
