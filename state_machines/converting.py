"""From proforma to invoice: under the proforma's lock, in its own transaction, and therefore once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import Blocked, NotAllowed
from core.machine import change, lock, perform
from state_machines.collecting import collect
from state_machines.invoice_lines import InvoiceLine
from state_machines.invoices import Invoice
from state_machines.orders import Order
from state_machines.payments import Payment
from state_machines.proforma_guards import orders_are_not_invoiced
from state_machines.proforma_orders import items

if TYPE_CHECKING:
    from state_machines.proformas import Proforma


def invoice_of(proforma: Proforma, **arguments: Any) -> Invoice:
    """The invoice of the proforma, converting it if need be; whoever comes second gets the same one.

    Raises NotAllowed where it has expired, and Blocked.
    """
    try:
        perform(proforma, "convert", arguments=arguments)
    except NotAllowed:
        if (made := Invoice.objects.filter(proforma=proforma.pk).first()) is None:
            raise
        return made
    return Invoice.objects.get(proforma=proforma.pk)


def to_invoice(proforma: Proforma, payment: str, paid_by: str) -> None:
    """Make the issued invoice of a locked proforma, and pay it where a payment or a method is given.

    Raises Blocked where somebody invoiced one of its orders just now: whoever invoices an order holds it.
    """
    payer = lock(Payment, int(payment.partition(":")[2])) if payment else None  # before the invoice, as everywhere
    found = Order.objects.filter(proforma=proforma.pk).order_by("id")
    orders = [lock(Order, key) for key in found.values_list("pk", flat=True)]
    if reason := orders_are_not_invoiced.check(proforma):
        raise Blocked(transition="convert", ref=proforma.ref, reason=reason)
    invoice = Invoice.objects.create(
        customer=proforma.customer,
        proforma=proforma,
        order=orders[0] if len(orders) == 1 else None,
        currency=proforma.currency,
        origin="proforma",
    )
    for item in items(proforma):
        InvoiceLine.objects.create(
            invoice=invoice,
            description=item.product,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            tax_percent=proforma.tax_percent,
        )
    perform(invoice, "issue")
    if paid_by and payer is None and invoice.total_minor:
        payer = Payment.objects.create(
            customer=proforma.customer, amount_minor=invoice.total_minor, currency=invoice.currency, method=paid_by
        )
    if payer is not None:
        _pay(invoice, payer)


def _pay(invoice: Invoice, payer: Payment) -> None:
    change(payer, invoice=invoice)
    if payer.state == "pending":
        perform(payer, "succeed")
    else:
        collect(invoice, payer.amount)
    perform(invoice, "mark_as_paid")
