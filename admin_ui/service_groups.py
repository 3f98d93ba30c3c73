"""Service groups: services that stop and go on together."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.service_groups import ServiceGroup


@admin.register(ServiceGroup)
class ServiceGroupAdmin(MachineAdmin):
    """Found by number or by what its owner calls it."""

    shown = ("label", "kind", "customer", "created_at")
    list_filter = ("state", "kind")
    search_fields = ("=id", "label__istartswith")
