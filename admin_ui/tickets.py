"""Tickets: questions and faults."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.tickets import Ticket


@admin.register(Ticket)
class TicketAdmin(MachineAdmin):
    """Queue and priority are facts, so a change of them is an event."""

    shown = ("subject", "customer", "queue", "priority", "created_at")
    list_filter = ("state", "queue", "priority")
    recorded_edits = ("queue", "priority", "escalated", "response_due_at", "resolution_due_at")
