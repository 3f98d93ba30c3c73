"""Tickets: questions and faults."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.ticket_categories import TicketCategory
from state_machines.ticket_comments import TicketComment
from state_machines.tickets import Ticket
from state_machines.worklogs import Worklog


@admin.register(Ticket)
class TicketAdmin(MachineAdmin):
    """Queue and priority are facts, so a change of them is an event."""

    shown = ("subject", "customer", "queue", "priority", "created_at")
    list_filter = ("state", "queue", "priority")


@admin.register(TicketCategory)
class TicketCategoryAdmin(MachineAdmin):
    """A change of hours is for the tickets to come."""

    shown = ("code", "response_hours", "resolution_hours")


@admin.register(TicketComment)
class TicketCommentAdmin(MachineAdmin):
    """What was written is not edited; it may be redacted."""

    shown = ("ticket", "author", "internal", "created_at")
    list_filter = ("state", "author", "internal")


@admin.register(Worklog)
class WorklogAdmin(MachineAdmin):
    """The time that was worked on a ticket."""

    shown = ("ticket", "user", "worked_on", "minutes", "billable")
    list_filter = ("state", "billable")
