"""What may forbid a transition of a proforma."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.declare import guard
from core.money import Money
from state_machines.invoices import Invoice
from state_machines.payments import Payment
from state_machines.periods import days_later
from state_machines.proforma_orders import amounts

if TYPE_CHECKING:
    from state_machines.proformas import Proforma

VALID_DAYS = 30


def in_thirty_days() -> datetime:
    return days_later(clock.now(), VALID_DAYS)


@guard("proforma.has_orders", _("it has orders"))
def has_orders(proforma: Proforma, **_given: Any) -> str | None:
    if proforma.order_count:
        return None
    return gettext("proforma %(id)s has no orders") % {"id": proforma.pk}


@guard("proforma.adds_up", _("its orders add up to its total"))
def adds_up(proforma: Proforma, **_given: Any) -> str | None:
    net, tax = amounts(proforma)
    if net + tax == proforma.total_minor:
        return None
    return gettext("the orders of proforma %(id)s add up to %(sum)s, not to %(total)s") % {
        "id": proforma.pk,
        "sum": Money(net + tax, proforma.currency),
        "total": Money(proforma.total_minor, proforma.currency),
    }


@guard("proforma.is_out_of_date", _("its time is over"))
def is_out_of_date(proforma: Proforma, **_given: Any) -> str | None:
    if proforma.valid_to < clock.now():
        return None
    return gettext("proforma %(id)s is valid until %(end)s") % {"id": proforma.pk, "end": clock.iso(proforma.valid_to)}


@guard("proforma.orders_are_not_invoiced", _("its orders have no invoice of their own"))
def orders_are_not_invoiced(proforma: Proforma, **_given: Any) -> str | None:
    invoice = Invoice.objects.filter(order__proforma=proforma.pk).exclude(state="void").order_by("id").first()
    if invoice is None:
        return None
    return gettext("order %(order)s has invoice %(number)s already; void it first, or leave the proforma") % {
        "order": invoice.order_id,
        "number": invoice.display_number,
    }


@guard("proforma.payment_fits", _("the payment is of its customer and of its total"))
def payment_fits(proforma: Proforma, payment: str = "", **_given: Any) -> str | None:
    if not payment:
        return None
    found = Payment.objects.filter(pk=int(payment.partition(":")[2]), customer=proforma.customer_id).first()
    if found is None:
        return gettext("%(payment)s is no payment of the customer of proforma %(id)s") % {
            "payment": payment,
            "id": proforma.pk,
        }
    if found.state not in ("pending", "succeeded") or found.invoice_id is not None:
        return gettext("%(payment)s is %(state)s or pays another invoice") % {"payment": payment, "state": found.state}
    total = Money(proforma.total_minor, proforma.currency)
    if found.amount != total:
        return gettext("%(payment)s is of %(amount)s, proforma %(id)s of %(total)s") % {
            "payment": payment,
            "amount": found.amount,
            "id": proforma.pk,
            "total": total,
        }
    return None
