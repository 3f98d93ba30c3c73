"""Rows that the tests of this room need, made the way everybody makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core import clock
from core.machine import change, perform
from state_machines.models import (
    Address,
    Customer,
    Domain,
    DomainOperation,
    EfacturaDocument,
    Invoice,
    InvoiceLine,
    Order,
    OrderItem,
    Payment,
    PaymentRetry,
    Plan,
    Proforma,
    ProvisioningTask,
    Refund,
    Registrar,
    Seller,
    Server,
    Service,
    ServiceGroup,
    ServiceRelationship,
    Subscription,
    Ticket,
    TicketCategory,
    TicketComment,
    Tld,
    TopUp,
    Wallet,
)
from state_machines.payment_retries import plan_retry
from state_machines.proforma_orders import add_order
from state_machines.wallets import credit


def a_customer(**fields: Any) -> Customer:
    customer = Customer.objects.create(**({"name": "Ana Pop", "email": "ana@example.ro"} | fields))
    perform(customer, "activate")
    return customer


def an_order(customer: Customer | None = None, *, items: int = 2, **fields: Any) -> Order:
    order = Order.objects.create(customer=customer or a_customer(), **fields)
    for number in range(items):
        OrderItem.objects.create(order=order, product=f"web-{number}", unit_price_minor=100_00, quantity=1 + number)
    return order


def a_draft(customer: Customer | None = None, *, lines: int = 1, **fields: Any) -> Invoice:
    invoice = Invoice.objects.create(customer=customer or a_customer(), **fields)
    for _number in range(lines):
        InvoiceLine.objects.create(invoice=invoice, description="Hosting", unit_price_minor=100_00, tax_percent=21)
    return invoice


def an_issued(customer: Customer | None = None, **fields: Any) -> Invoice:
    invoice = a_draft(customer, **fields)
    perform(invoice, "issue")
    return invoice


def an_overdue(customer: Customer | None = None) -> Invoice:
    invoice = an_issued(customer, due_at=clock.now() - timedelta(days=3))
    perform(invoice, "mark_overdue")
    return invoice


def a_payment(invoice: Invoice, amount_minor: int | None = None, **fields: Any) -> Payment:
    amount = invoice.total_minor if amount_minor is None else amount_minor
    return Payment.objects.create(customer=invoice.customer, invoice=invoice, amount_minor=amount, **fields)


def a_paid(amount_minor: int = 100_00, customer: Customer | None = None) -> Payment:
    """A payment on account that came."""
    payment = Payment.objects.create(customer=customer or a_customer(), amount_minor=amount_minor)
    perform(payment, "succeed")
    return payment


def a_refund(payment: Payment | None = None, amount_minor: int = 40_00, **fields: Any) -> Refund:
    return Refund.objects.create(payment=payment or a_paid(), amount_minor=amount_minor, **fields)


def a_wallet(minor: int = 0, customer: Customer | None = None, **fields: Any) -> Wallet:
    wallet = Wallet.objects.create(customer=customer or a_customer(), **fields)
    if minor:
        credit(wallet, minor, "gift", key=f"gift-{wallet.pk}")
    return wallet


def a_topup(wallet: Wallet | None = None, **fields: Any) -> TopUp:
    return TopUp.objects.create(**({"wallet": wallet or a_wallet(), "amount_minor": 50_00} | fields))


def a_proforma(*orders: Order, **fields: Any) -> Proforma:
    """A draft with the given orders, else with one of two items at 300.00 plus 21 % tax."""
    given = orders or (an_order(),)
    proforma = Proforma.objects.create(**({"customer": given[0].customer, "tax_percent": 21} | fields))
    for order in given:
        add_order(proforma, order)
    return proforma


def a_retry(payment: Payment | None = None) -> PaymentRetry:
    """The next attempt after a payment failed just now."""
    failed = payment or a_payment(an_issued())
    if failed.state == "pending":
        perform(failed, "fail_payment")
    return plan_retry(failed)


def a_plan(**fields: Any) -> Plan:
    return Plan.objects.create(**({"code": f"plan-{Plan.objects.count()}", "price_minor": 30_00} | fields))


def a_subscription(customer: Customer | None = None, **fields: Any) -> Subscription:
    return Subscription.objects.create(
        customer=customer or a_customer(), plan=fields.pop("plan", None) or a_plan(**fields)
    )


def a_service(customer: Customer | None = None, **fields: Any) -> Service:
    return Service.objects.create(customer=customer or a_customer(), product="web-1", price_minor=10_00, **fields)


def an_active_service(customer: Customer | None = None, **fields: Any) -> Service:
    service = a_service(customer, **fields)
    perform(service, "activate")
    return service


def a_server(name: str = "web-01", **fields: Any) -> Server:
    return Server.objects.create(name=name, **fields)


def a_group(*services: Service, **fields: Any) -> ServiceGroup:
    """A group of the services, or of one new service."""
    members = services or (a_service(),)
    group = ServiceGroup.objects.create(customer=members[0].customer, **fields)
    for service in members:
        change(service, group=group)
    return group


def a_dependency(service: Service, needed: Service, **fields: Any) -> ServiceRelationship:
    return ServiceRelationship.objects.create(service=service, needed=needed, **({"kind": "dependency"} | fields))


def a_task(service: Service | None = None, **fields: Any) -> ProvisioningTask:
    return ProvisioningTask.objects.create(service=service or a_service(), **fields)


def a_tld(ending: str = "ro", **fields: Any) -> Tld:
    registrar, _new = Registrar.objects.get_or_create(code="rotld")
    found = Tld.objects.filter(ending=ending).first()
    return found or Tld.objects.create(ending=ending, registrar=registrar, **fields)


def a_domain(customer: Customer | None = None, name: str = "", **fields: Any) -> Domain:
    tld = a_tld()
    name = name or f"example-{Domain.objects.count()}.ro"
    owner = customer or a_customer()
    return Domain.objects.create(customer=owner, name=name, tld=tld, registrar=tld.registrar, **fields)


def an_operation(domain: Domain | None = None, **fields: Any) -> DomainOperation:
    return DomainOperation.objects.create(domain=domain or a_domain(), **({"kind": "register"} | fields))


def a_document(invoice: Invoice | None = None, **fields: Any) -> EfacturaDocument:
    return EfacturaDocument.objects.create(invoice=invoice or an_issued(), **fields)


def a_seller(**fields: Any) -> Seller:
    place = {"county": "Cluj", "city": "Cluj-Napoca", "street": "Horea 1"}
    return Seller.objects.create(**({"name": "Gazdă SRL", "cui": "RO14399840", **place} | fields))


def an_address(customer: Customer, **fields: Any) -> Address:
    place = {"county": "București", "city": "Sector 1", "street": "Unirii 2"}
    return Address.objects.create(**({"customer": customer, **place} | fields))


def a_ticket(customer: Customer | None = None, **fields: Any) -> Ticket:
    return Ticket.objects.create(customer=customer or a_customer(), subject="It does not work", **fields)


def a_category(code: str = "mail", **fields: Any) -> TicketCategory:
    return TicketCategory.objects.create(code=code, **fields)


def a_comment(ticket: Ticket | None = None, **fields: Any) -> TicketComment:
    return TicketComment.objects.create(ticket=ticket or a_ticket(), **({"body": "I looked at it"} | fields))
