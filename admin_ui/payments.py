"""Payments: attempts to take money on an invoice."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.payments import Payment


@admin.register(Payment)
class PaymentAdmin(MachineAdmin):
    """A new attempt is a new payment."""

    shown = ("customer", "invoice", "amount_minor", "method", "created_at")
    list_filter = ("state", "method")
