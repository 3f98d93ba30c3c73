"""Services: what runs for a customer and is paid for by the period."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.services import Service


@admin.register(Service)
class ServiceAdmin(MachineAdmin):
    """Found by number or by what its owner calls it."""

    shown = ("label", "product", "customer", "price_minor", "next_due_at")
    search_fields = ("=id", "label__istartswith")
    list_filter = ("state", "product_type")
