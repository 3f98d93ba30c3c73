"""Invoices that rules make. Issuing one, like every transition, is an action already: `invoice.issue`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.money import POSITIVE
from actions.outcome import Done, Failed, Outcome, Skipped
from core import clock
from core.machine import change, lock
from core.money import Money
from state_machines.invoice_lines import InvoiceLine
from state_machines.invoices import Invoice
from state_machines.orders import Order
from state_machines.periods import months_later
from state_machines.services import Service
from state_machines.tax_rates import rate_for


@action(
    "invoice.create",
    title=_("Draw up an invoice"),
    sentence=_("Draw up an invoice for the order, with {tax_percent} % tax"),
    parameters={"tax_percent": {"type": "number", "minimum": 0, "maximum": 100}},
    targets=("order",),
    emits=("invoice.created", "invoice.line_added"),
)
def create(call: Call, tax_percent: float | None = None) -> Outcome:
    """A draft invoice with a line per item, at the customer's tax rate of the day unless one is given.

    Skipped where the order, or its proforma, has an invoice that is not void.
    """
    order = lock(Order, call.row().pk)
    existing = Invoice.objects.filter(Q(order=order) | Q(proforma__orders=order)).exclude(state="void").first()
    if existing is not None:
        return Skipped(f"{order.ref} has invoice {existing.display_number} already")
    invoice = Invoice.objects.create(customer=order.customer, order=order, currency=order.currency, origin="order")
    percent = rate_for(order.customer, clock.today()) if tax_percent is None else Decimal(str(tax_percent))
    for item in order.items.exclude(state="cancelled").order_by("id"):
        InvoiceLine.objects.create(
            invoice=invoice,
            description=item.product,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            tax_percent=percent,
        )
    return Done(f"{invoice.ref} is drawn up for {order.ref}")


@action(
    "invoice.renew",
    title=_("Draw up a renewal invoice"),
    sentence=_("Draw up an invoice for the next period of the service"),
    targets=("service",),
    emits=("invoice.created", "invoice.line_added"),
)
def renew(call: Call) -> Outcome:
    """A draft for the period from the service's next due date on; the service is then due a period later.

    Skipped while the period that was invoiced last is still to come. One whose invoice is void is invoiced anew.
    """
    service = lock(Service, call.row().pk)
    if service.next_due_at is None:
        return Failed(f"{service.ref} has no next due date; set one, then retry", retryable=False)
    drawn_up = Invoice.objects.filter(service=service, origin="renewal").exclude(state="void")
    known = drawn_up.filter(period_start__gt=clock.now()).first()
    if known is not None:
        return Skipped(f"{service.ref} has invoice {known.display_number} for its next period already")
    void = Invoice.objects.filter(service=service, period_end=service.next_due_at, state="void").first()
    again = void is not None and not drawn_up.filter(period_start=void.period_start).exists()
    start = void.period_start if void and void.period_start and again else service.next_due_at
    end = months_later(start, service.period_months)
    invoice = Invoice.objects.create(
        customer=service.customer,
        service=service,
        currency=service.currency,
        origin="renewal",
        period_start=start,
        period_end=end,
    )
    InvoiceLine.objects.create(
        invoice=invoice,
        description=service.product,
        unit_price_minor=service.price_minor,
        tax_percent=rate_for(service.customer, clock.today()),
        service=service,
    )
    change(service, next_due_at=end)
    return Done(f"{invoice.ref} is drawn up for {service.ref}")


@action(
    "invoice.add_fee",
    title=_("Charge a fee"),
    sentence=_("Charge a fee of {amount} on top of the invoice"),
    parameters={
        "amount": POSITIVE,
        "title": {"type": "string", "minLength": 1, "maxLength": 200},
        "tax_percent": {"type": "number", "minimum": 0, "maximum": 100},
    },
    required=("amount",),
    targets=("invoice",),
    inverse="invoice.void",
    emits=("invoice.created", "invoice.line_added"),
)
def add_fee(call: Call, amount: dict[str, Any], title: str = "", tax_percent: float = 0) -> Outcome:
    """A line on a draft. What is issued cannot change, so there the fee is a draft invoice of its own, of origin `fee`."""
    invoice, fee = lock(Invoice, call.row().pk), Money.from_fact(amount)
    if fee.currency != invoice.currency:
        return Failed(f"{invoice.ref} is in {invoice.currency}, the fee in {fee.currency}", retryable=False)
    if invoice.state not in ("draft", "issued", "overdue"):
        return Skipped(f"{invoice.ref} is {invoice.state}; nothing is charged on top of it")
    bearer = invoice
    if invoice.state != "draft":
        bearer = Invoice.objects.create(customer=invoice.customer, currency=invoice.currency, origin="fee")
    InvoiceLine.objects.create(
        invoice=bearer,
        description=title or f"Fee on {invoice.display_number}",
        unit_price_minor=fee.minor,
        tax_percent=Decimal(str(tax_percent)),
    )
    return Done(f"{fee} is charged on {bearer.ref}")
