"""Provisioning tasks: what is to be done for a service."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.provisioning_tasks import ProvisioningTask


@admin.register(ProvisioningTask)
class ProvisioningTaskAdmin(MachineAdmin):
    """Those that failed show the code of the failure."""

    shown = ("service", "kind", "retry_count", "failure_code", "created_at")
    list_filter = ("state", "kind")
