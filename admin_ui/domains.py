"""Domains, what is asked of registrars about them, and the prices of their endings."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.domain_operations import DomainOperation
from state_machines.domains import Domain
from state_machines.tlds import Registrar, Tld


@admin.register(Domain)
class DomainAdmin(MachineAdmin):
    """Found by number or by name."""

    shown = ("name", "customer", "registrar", "expires_at", "auto_renew")
    list_filter = ("state", "auto_renew")
    search_fields = ("=id", "name__istartswith")


@admin.register(DomainOperation)
class DomainOperationAdmin(MachineAdmin):
    """When one is completed, its domain follows."""

    shown = ("domain", "kind", "years", "failure_code", "created_at")
    list_filter = ("state", "kind")


@admin.register(Tld)
class TldAdmin(MachineAdmin):
    """Prices are for one year."""

    shown = ("ending", "registrar", "register_minor", "renew_minor", "transfer_minor")


@admin.register(Registrar)
class RegistrarAdmin(MachineAdmin):
    """The credentials are never shown."""

    shown = ("code",)
