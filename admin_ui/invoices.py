"""Invoices with their lines. Lines come while the invoice is a draft."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from admin_ui.machine_inline import MachineInline
from admin_ui.machine_pages import MachineAdmin
from state_machines.invoice_lines import InvoiceLine
from state_machines.invoices import Invoice


class LineInline(MachineInline):
    """The lines of one invoice."""

    model = InvoiceLine
    currency = attrgetter("invoice.currency")
    shown = ("description", "quantity", "unit_price_minor", "tax_percent", "net_minor", "tax_minor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.state == "draft" and super().has_add_permission(request, obj)


@admin.register(Invoice)
class InvoiceAdmin(MachineAdmin):
    """Amounts follow the lines and the payments."""

    shown = ("number", "customer", "total_minor", "paid_minor", "due_at")
    list_filter = ("state", "origin")
    inlines = (LineInline,)
