"""Customers: who they are, and the way to their own rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext

from admin_ui.customer_cards import credit_card, effective_card
from admin_ui.machine_pages import MachineAdmin
from core.machine import Machine
from state_machines.customers import Customer


@admin.register(Customer)
class CustomerAdmin(MachineAdmin):
    """Staff edit what a customer says of themselves; what is recorded of it is an event."""

    shown = ("name", "kind", "country", "credit_score", "created_at")
    search_fields = ("=id", "name__istartswith", "=email")
    list_filter = ("state", "kind")

    def links(self, row: Machine) -> list[tuple[str, str]]:
        log = f"{reverse('admin:core_event_changelist')}?customer={row.ref}"
        return [
            (gettext("Rules of this customer"), reverse("admin:rules_of", args=[row.ref])),
            (gettext("All events of this customer"), log),
        ]

    def more(self, row: Machine) -> dict[str, Any]:
        return {"effective": effective_card(row), "credit": credit_card(row)} if isinstance(row, Customer) else {}
