"""Service relationships: add-ons, what is included, dependencies, upgrades."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.service_relationships import ServiceRelationship


@admin.register(ServiceRelationship)
class ServiceRelationshipAdmin(MachineAdmin):
    """Which services they join is fixed."""

    shown = ("service", "kind", "needed", "billing", "required")
    list_filter = ("state", "kind", "billing")
