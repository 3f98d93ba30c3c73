"""Servers: the machines on which services run."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.servers import Server


@admin.register(Server)
class ServerAdmin(MachineAdmin):
    """Found by name."""

    shown = ("name", "location", "capacity", "created_at")
    list_filter = ("state",)
    search_fields = ("=id", "name__istartswith")
