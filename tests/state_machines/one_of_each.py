"""One row of every machine that can be a customer's own."""

from __future__ import annotations

from core.machine import Machine
from state_machines.models import (
    Address,
    BillingProfile,
    Consent,
    Customer,
    Membership,
    Note,
    PaymentMethod,
    TaxProfile,
    VatValidation,
    WebhookEndpoint,
    Worklog,
)
from state_machines.payment_retries import plan_retry
from tests.state_machines import made
from tests.state_machines.conftest import a_user


def one_of_each(customer: Customer) -> dict[str, Machine]:
    """The rows by noun, all of this customer."""
    order = made.an_order(customer)
    service, needed = made.an_active_service(customer), made.an_active_service(customer)
    domain, ticket, wallet = made.a_domain(customer), made.a_ticket(customer), made.a_wallet(5_00, customer)
    paid = made.a_paid(customer=customer)
    invoice = made.an_issued(customer)
    failed = made.a_payment(invoice)
    made.perform(failed, "fail_payment")
    rows: list[Machine] = [
        customer,
        order,
        order.items.get(product="web-0"),
        invoice,
        made.a_proforma(made.an_order(customer)),
        paid,
        plan_retry(failed),
        made.a_refund(paid),
        service,
        made.a_group(made.a_service(customer)),
        made.a_dependency(service, needed),
        made.a_task(service),
        domain,
        made.an_operation(domain),
        made.a_document(invoice),
        ticket,
        made.a_comment(ticket),
        made.a_subscription(customer),
        wallet,
        made.a_topup(wallet),
        Address.objects.create(customer=customer, city="Cluj-Napoca", street="Str. Memorandumului 1"),
        PaymentMethod.objects.create(customer=customer, is_default=True),
        TaxProfile.objects.create(customer=customer),
        BillingProfile.objects.create(customer=customer),
        VatValidation.objects.create(customer=customer, number="RO14399840"),
        WebhookEndpoint.objects.create(customer=customer, address="https://example.ro/hook", event_types=["invoice.*"]),
        Note.objects.create(customer=customer, body="They want to be rung up in the morning"),
        Worklog.objects.create(ticket=ticket, minutes=30),
        Consent.objects.create(customer=customer, purpose="marketing"),
        Membership.objects.create(customer=customer, user=a_user(f"member-{customer.pk}"), role="owner"),
    ]
    return {row.machine.noun: row for row in rows}
