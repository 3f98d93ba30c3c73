"""What the actions of this product do to their targets, through the whole pipeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from actions.runs import ActionRun
from core import clock
from core.audit import AuditRow
from core.machine import change, perform
from state_machines import credit
from state_machines.models import (
    BillingProfile,
    CreditEntry,
    Customer,
    Invoice,
    Payment,
    PaymentRetry,
    Proforma,
    Service,
    ServiceGroup,
    Ticket,
    Wallet,
    WalletEntry,
)
from tests.kit import in_force, work
from tests.state_machines.made import (
    a_customer,
    a_payment,
    a_ticket,
    a_wallet,
    an_active_service,
    an_issued,
    an_order,
)

pytestmark = pytest.mark.django_db


def rule(when: str, *steps: dict[str, Any]) -> None:
    in_force({"key": "it", "when": when, "then": list(steps)})


def ends(action: str) -> list[tuple[str, str]]:
    return list(ActionRun.objects.filter(action=action).order_by("id").values_list("state", "said"))


class TestInvoices:
    def test_a_fee_on_an_issued_invoice_is_an_invoice_of_its_own(self) -> None:
        """A port writes a line into what was issued, which nobody may change."""
        percent = {"percent": 5, "of": {"fact": "invoice.remaining"}}
        rule("invoice.overdue", {"do": "invoice.add_fee", "with": {"amount": percent}})
        invoice = an_issued(due_at=clock.now() - timedelta(days=3))
        perform(invoice, "mark_overdue")
        work()
        fee = Invoice.objects.exclude(pk=invoice.pk).get()
        assert (fee.origin, fee.state, fee.total_minor, fee.order_id) == ("fee", "draft", 605, None)
        assert Invoice.objects.get(pk=invoice.pk).total_minor == 121_00

    def test_a_fee_in_another_currency_is_a_dead_letter(self) -> None:
        rule("invoice.issued", {"do": "invoice.add_fee", "with": {"amount": {"money": "5.00 EUR"}}})
        an_issued()
        work()
        [(state, said)] = ends("invoice.add_fee")
        assert state == "dead"
        assert said.endswith("is in RON, the fee in EUR")

    def test_a_period_is_invoiced_once(self) -> None:
        rule("service.updated", {"do": "invoice.renew"})
        service = an_active_service()
        start = clock.now() + timedelta(days=14)
        change(service, next_due_at=start)
        change(service, price_minor=20_00)
        work()
        invoice = Invoice.objects.get()
        assert (invoice.origin, invoice.period_start, invoice.net_minor) == ("renewal", start, 20_00)
        assert [state for state, _said in ends("invoice.renew")] == ["done", "skipped", "skipped"]
        perform(invoice, "void")
        change(service, price_minor=30_00)
        work()
        again = Invoice.objects.exclude(state="void").get()
        assert (again.net_minor, again.period_start) == (30_00, start)
        service.refresh_from_db()
        assert service.next_due_at == again.period_end

    def test_a_proforma_is_drawn_up_once(self) -> None:
        rule("order.*", {"do": "proforma.create"})
        order = an_order()
        perform(order, "submit")
        work()
        assert Proforma.objects.get().net_minor == 300_00
        assert {state for state, _said in ends("proforma.create")} == {"done", "skipped"}


class TestMoney:
    def test_a_wallet_is_credited_once_and_pays_what_is_owed(self) -> None:
        in_force(
            {
                "key": "gift",
                "when": "customer.activated",
                "then": [{"do": "wallet.credit", "with": {"amount": {"money": "50.00 RON"}, "cause": "gift"}}],
            },
            {"key": "use", "when": "invoice.issued", "then": [{"do": "invoice.pay_from_wallet"}]},
        )
        customer = a_customer()
        work()
        invoice = an_issued(customer)
        work()
        ActionRun.objects.update(state="ready")
        work()
        assert [entry.amount_minor for entry in WalletEntry.objects.order_by("id")] == [50_00, -50_00]
        assert Invoice.objects.get(pk=invoice.pk).remaining_minor == 71_00
        assert Wallet.objects.get().balance_minor == 0
        assert Payment.objects.get().state == "succeeded"

    def test_what_is_not_in_the_wallet_is_not_taken(self) -> None:
        rule("invoice.issued", {"do": "wallet.debit", "with": {"amount": {"money": "50.01 RON"}}})
        wallet = a_wallet(50_00)
        an_issued(wallet.customer)
        work()
        [(state, said)] = ends("wallet.debit")
        assert (state, "does not cover" in said) == ("dead", True)
        assert Wallet.objects.get().balance_minor == 50_00

    def test_a_failed_payment_has_one_chain_of_retries(self) -> None:
        """A port plans one from the failure and one from dunning, and takes the money twice."""
        rule("payment.failed", {"do": "payment.plan_retry"}, {"do": "payment.plan_retry", "id": "again"})
        payment = a_payment(an_issued())
        perform(payment, "fail_payment")
        work()
        assert PaymentRetry.objects.get().number == 1
        assert sorted(state for state, _said in ends("payment.plan_retry")) == ["done", "skipped"]

    def test_a_score_is_taken_back_by_what_was_applied(self) -> None:
        """A port takes back today's setting: 25 off a score that could only rise by 10."""
        cause = {"fact": "payment.ref"}
        in_force(
            {
                "key": "up",
                "when": "payment.succeeded",
                "then": [{"do": "credit.adjust", "with": {"delta": 25, "cause": cause}}],
            },
            {"key": "down", "when": "payment.refunded", "then": [{"do": "credit.revert", "with": {"cause": cause}}]},
        )
        customer = a_customer()
        credit.adjust(customer, 240, "manual")
        payment = a_payment(an_issued(customer))
        for name in ("succeed", "refund_payment", "restore_after_refund_reversal", "refund_payment"):
            perform(payment, name)
            work()
        assert Customer.objects.get().credit_score == 990
        assert [entry.applied for entry in CreditEntry.objects.order_by("id")] == [240, 10, -10]
        assert [state for state, _said in ends("credit.revert")] == ["done", "skipped"]


class TestServices:
    def test_each_item_has_one_service_and_a_bundle_one_group(self) -> None:
        in_force(
            {
                "key": "make",
                "when": ["order.submitted", "order.paid"],
                "then": [{"each": "order.items", "do": "service.create", "target": "item"}],
            },
            {"key": "join", "when": "service.created", "then": [{"do": "service_group.join"}]},
        )
        order = an_order(items=0)
        for product, bundle in (("web", "start"), ("mail", "start"), ("vps", "")):
            order.items.create(product=product, unit_price_minor=1_00, bundle_group=bundle)
        perform(order, "submit")
        work()
        perform(order, "pay", arguments={"reference": "OP 1"})
        work()
        group = ServiceGroup.objects.get()
        assert (group.state, group.label, Service.objects.count()) == ("active", f"{order.number} - start", 3)
        assert {service.product for service in group.services.all()} == {"web", "mail"}


class TestTickets:
    def test_an_escalation_happens_once_and_lowers_nothing(self) -> None:
        rule("ticket.*", {"do": "ticket.escalate", "with": {"priority": "high"}})
        a_ticket(priority="urgent")
        work()
        ticket = Ticket.objects.get()
        assert (ticket.escalated, ticket.priority) == (True, "urgent")
        assert [state for state, _said in ends("ticket.escalate")] == ["done", "skipped"]

    def test_deadlines_count_from_when_it_came_in(self) -> None:
        rule("ticket.created", {"do": "ticket.set_deadline", "with": {"response": 2}})
        before = a_ticket()
        work()
        after = Ticket.objects.get()
        assert after.response_due_at < before.response_due_at
        assert after.resolution_due_at == before.resolution_due_at


class TestCustomers:
    def test_profiles_are_made_once(self) -> None:
        rule("customer.*", {"do": "customer.create_profiles", "with": {"vat_payer": True, "terms_days": 30}})
        customer = a_customer()
        work()
        assert customer.tax_profile.is_vat_payer
        assert customer.billing_profile.terms_days == 30
        assert [state for state, _said in ends("customer.create_profiles")] == ["done", "skipped"]

    def test_automatic_payment_is_stopped(self) -> None:
        rule("payment.failed", {"do": "customer.stop_auto_payment"})
        customer = a_customer()
        BillingProfile.objects.create(customer=customer, auto_payment=True)
        for _time in range(2):
            perform(a_payment(an_issued(customer)), "fail_payment")
        work()
        assert not BillingProfile.objects.get().auto_payment
        assert [state for state, _said in ends("customer.stop_auto_payment")] == ["done", "skipped"]

    def test_a_tag_comes_and_goes(self) -> None:
        in_force(
            {
                "key": "on",
                "when": "invoice.overdue",
                "then": [{"do": "customer.add_tag", "with": {"tag": "late"}}],
            },
            {
                "key": "off",
                "when": "invoice.voided",
                "then": [{"do": "customer.remove_tag", "with": {"tag": "late"}}],
            },
        )
        invoice = an_issued(due_at=clock.now() - timedelta(days=3))
        perform(invoice, "mark_overdue")
        work()
        assert Customer.objects.get().tags == ["late"]
        perform(invoice, "void")
        work()
        assert Customer.objects.get().tags == []


def test_a_record_is_by_the_rule_on_the_object() -> None:
    rule("customer.suspended", {"do": "audit.record", "with": {"code": "customer_suspended", "area": "security"}})
    customer = a_customer()
    perform(customer, "suspend")
    work()
    row = AuditRow.objects.get(verb="security.customer_suspended")
    assert (row.actor, row.object) == ("rule:it", customer.ref)
