"""What may forbid a transition of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.declare import guard
from core.money import Money
from state_machines import invoice_series

if TYPE_CHECKING:
    from state_machines.invoices import Invoice


@guard("invoice.has_lines", _("it has lines"))
def has_lines(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.line_count:
        return None
    return gettext("invoice %(id)s has no lines") % {"id": invoice.pk}


@guard("invoice.total_is_not_negative", _("its total is not below zero"))
def total_is_not_negative(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.total_minor >= 0:
        return None
    return gettext("the total of invoice %(id)s is below zero: %(total)s") % {
        "id": invoice.pk,
        "total": Money(invoice.total_minor, invoice.currency),
    }


@guard("invoice.customer_has_tax_id", _("a company has its tax id"))
def customer_has_tax_id(invoice: Invoice, **_given: Any) -> str | None:
    customer = invoice.customer
    if customer.kind == "individual" or customer.tax_id:
        return None
    return gettext("customer %(id)s is no private person and has no tax id") % {"id": customer.pk}


@guard("invoice.series_is_open", _("its series issues"))
def series_is_open(invoice: Invoice, **_given: Any) -> str | None:
    if invoice_series.is_open(invoice.series):
        return None
    return gettext("series %(series)s does not exist or is archived") % {"series": invoice.series}


@guard("invoice.nothing_is_left", _("nothing is left to pay"))
def nothing_is_left(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.remaining_minor <= 0:
        return None
    return gettext("%(amount)s of invoice %(id)s are left to pay") % {
        "amount": Money(invoice.remaining_minor, invoice.currency),
        "id": invoice.pk,
    }


@guard("invoice.is_past_due", _("its due date has passed"))
def is_past_due(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.due_at is not None and invoice.due_at < clock.now():
        return None
    return gettext("invoice %(id)s is not due before %(due)s") % {
        "id": invoice.pk,
        "due": clock.iso(invoice.due_at) if invoice.due_at else "-",
    }


@guard("invoice.nothing_is_kept", _("nothing that was paid is kept"))
def nothing_is_kept(invoice: Invoice, **_given: Any) -> str | None:
    kept = invoice.paid_minor - invoice.refunded_minor
    if kept <= 0:
        return None
    return gettext("%(amount)s were paid on invoice %(id)s; refund them first") % {
        "amount": Money(kept, invoice.currency),
        "id": invoice.pk,
    }


def _refunded(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.pk,
        "refunded": Money(invoice.refunded_minor, invoice.currency),
        "total": Money(invoice.total_minor, invoice.currency),
    }


@guard("invoice.is_refunded_in_full", _("all of it is refunded"))
def is_refunded_in_full(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.refunded_minor >= invoice.total_minor:
        return None
    return gettext("%(refunded)s of %(total)s are refunded on invoice %(id)s, not all") % _refunded(invoice)


@guard("invoice.is_refunded_in_part", _("a part of it is refunded"))
def is_refunded_in_part(invoice: Invoice, **_given: Any) -> str | None:
    if 0 < invoice.refunded_minor < invoice.total_minor:
        return None
    return gettext("%(refunded)s of %(total)s are refunded on invoice %(id)s: that is no part") % _refunded(invoice)


@guard("invoice.has_no_refund", _("no refund is left"))
def has_no_refund(invoice: Invoice, **_given: Any) -> str | None:
    if invoice.refunded_minor == 0:
        return None
    return gettext("%(refunded)s of %(total)s are still refunded on invoice %(id)s") % _refunded(invoice)
