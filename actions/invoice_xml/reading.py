"""The figures of a stored invoice, and of the credit note for a refund of it."""

from __future__ import annotations

from actions.invoice_xml.figures import Figures, Line, Original, share, taken_off
from actions.invoice_xml.parties import Incomplete, Party
from actions.invoice_xml.taxes import category
from core import clock
from state_machines.invoices import Invoice
from state_machines.profiles import TaxProfile
from state_machines.refunds import Refund, taken_back

REPORTED_CURRENCY = "RON"


def of_invoice(invoice: Invoice, seller: Party, buyer: Party) -> Figures:
    """Raises Incomplete."""
    if invoice.number is None or invoice.issued_at is None:
        raise Incomplete("not_issued", f"{invoice.ref} is not issued yet")
    if invoice.currency != REPORTED_CURRENCY:
        said = f"{invoice.ref} is in {invoice.currency}; e-Factura wants its tax in lei too, and no rate is known here"
        raise Incomplete("currency", said)
    reverse_charge = TaxProfile.objects.filter(customer=invoice.customer_id, reverse_charge_eligible=True).exists()
    lines = []
    for line in invoice.lines.all():
        quantity, unit = taken_off(line.quantity, line.unit_price_minor)
        sort = category(line.tax_percent, seller, buyer, reverse_charge=reverse_charge)
        lines.append(Line(line.description, quantity, unit, line.tax_minor, line.tax_percent, sort))
    return Figures(
        number=invoice.number,
        issued_on=clock.day_of(invoice.issued_at),
        due_on=clock.day_of(invoice.due_at) if invoice.due_at else None,
        currency=invoice.currency,
        lines=tuple(lines),
        net_minor=invoice.net_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
    )


def of_refund(refund: Refund, number: str, original: Figures) -> Figures:
    """What the refund took back of the invoice, net and tax by rate, so that the credit notes of all refunds give it."""
    parts = [amount for part in original.subtotals for amount in (part.net_minor, part.tax_minor)]
    if refund.completed_at is None:
        raise Incomplete("not_completed", f"{refund.ref} is not completed yet")
    before, minor = taken_back(refund)
    try:
        shares = share(parts, before, minor)
    except ValueError:
        said = f"{refund.ref} and those before it are more than {original.number}; see what was taken back of them"
        raise Incomplete("refunded_too_much", said) from None
    lines = []
    for place, part in enumerate(original.subtotals):
        net, tax = shares[2 * place], shares[2 * place + 1]
        if net or tax:
            quantity, unit = taken_off(1, net)
            lines.append(Line(f"Storno {original.number}", quantity, unit, tax, part.percent, part.category))
    net = sum(line.net_minor for line in lines)
    return Figures(
        number=number,
        issued_on=clock.day_of(refund.completed_at),
        due_on=None,
        currency=original.currency,
        lines=tuple(lines),
        net_minor=net,
        tax_minor=minor - net,
        total_minor=minor,
        original=Original(original.number, original.issued_on),
    )
