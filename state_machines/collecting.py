"""What payments and refunds do to their invoice, under its lock and in the payment's own transaction."""

from __future__ import annotations

from django.utils.translation import gettext

from core.errors import Blocked
from core.machine import change, lock
from core.money import Money
from state_machines.invoices import Invoice


def why_not_collect(invoice: Invoice, amount: Money, *, overpayment: bool = False) -> str | None:
    """None, or why `amount` cannot be taken on the invoice; an overpayment may be more than is left to pay."""
    if invoice.state not in (("issued", "overdue", "paid") if overpayment else ("issued", "overdue")):
        return gettext("%(ref)s is %(state)s and takes no payment") % {"ref": invoice.ref, "state": invoice.state}
    if amount.currency != invoice.currency:
        return gettext("%(ref)s is in %(currency)s, the payment in %(other)s") % {
            "ref": invoice.ref,
            "currency": invoice.currency,
            "other": amount.currency,
        }
    if amount.minor > invoice.remaining_minor and not overpayment:
        left = Money(invoice.remaining_minor, invoice.currency)
        return gettext("%(amount)s is more than the %(left)s left to pay on %(ref)s") % {
            "amount": amount,
            "left": left,
            "ref": invoice.ref,
        }
    return None


def collect(invoice: Invoice, amount: Money, *, overpayment: bool = False) -> int:
    """Count a payment towards the invoice, in the open transaction; the minor units that were due. Raises Blocked."""
    locked = lock(Invoice, invoice.pk)
    if reason := why_not_collect(locked, amount, overpayment=overpayment):
        raise Blocked(transition="payment", ref=invoice.ref, reason=reason)
    due = min(amount.minor, locked.remaining_minor)
    change(invoice, event="invoice.payment_applied", paid_minor=locked.paid_minor + due)
    return due


def give_back(invoice: Invoice, minor: int) -> None:
    """Count a refund of `minor` units on the invoice; a negative number takes a refund back."""
    locked = lock(Invoice, invoice.pk)
    event = "invoice.refund_applied" if minor > 0 else "invoice.refund_reversed"
    change(invoice, event=event, refunded_minor=locked.refunded_minor + minor)
