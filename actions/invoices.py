"""Invoices that rules make. Issuing one, like every transition, is an action already: `invoice.issue`."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from core import clock
from core.machine import lock
from state_machines.invoice_lines import InvoiceLine
from state_machines.invoices import Invoice
from state_machines.orders import Order
from state_machines.tax_rates import rate_for


@action(
    "invoice.create",
    title=_("Draw up an invoice"),
    sentence=_("Draw up an invoice for the order, with {tax_percent} % tax"),
    parameters={"tax_percent": {"type": "number", "minimum": 0, "maximum": 100}},
    targets=("order",),
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
    percent = rate_for(order.customer, clock.now().date()) if tax_percent is None else Decimal(str(tax_percent))
    for item in order.items.exclude(state="cancelled").order_by("id"):
        InvoiceLine.objects.create(
            invoice=invoice,
            description=item.product,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            tax_percent=percent,
        )
    return Done(f"{invoice.ref} is drawn up for {order.ref}")
