"""Tickets: what customers and rules ask staff to look at. What people write stays on the row."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import EventType, Fact, Kind, Relation
from core.customer_rights import WRITERS, CustomerRights
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.services import Service
from state_machines.ticket_categories import RESOLUTION_HOURS, RESPONSE_HOURS, TicketCategory, due

PRIORITIES = {
    "low": _("low"),
    "normal": _("normal"),
    "high": _("high"),
    "urgent": _("urgent"),
    "critical": _("critical"),
}
QUEUES = {
    "general": _("general"),
    "technical": _("technical"),
    "finance": _("finance"),
    "sales": _("sales"),
    "abuse": _("abuse"),
}
RESOLUTIONS = {
    "fixed": _("fixed"),
    "invalid": _("invalid"),
    "duplicate": _("duplicate"),
    "by_design": _("by design"),
    "refunded": _("refunded"),
    "cancelled": _("cancelled"),
    "auto_closed": _("closed by itself"),
    "other": _("other"),
}
STATES = {
    "open": _("open"),
    "in_progress": _("in progress"),
    "waiting_on_customer": _("waiting for the customer"),
    "closed": _("closed"),
}


class Ticket(Machine):
    """A question or a fault. `cause` is the reference of what led to it, such as order_item:7."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("order")
    )
    order_item = models.ForeignKey(
        OrderItem, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("order item")
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("service")
    )
    category = models.ForeignKey(
        TicketCategory, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("category")
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=10_000, blank=True, default="")
    queue = models.CharField(_("queue"), max_length=20, choices=list(QUEUES.items()), default="general")
    priority = models.CharField(_("priority"), max_length=20, choices=list(PRIORITIES.items()), default="normal")
    cause = columns.code(_("cause"), max_length=100)
    escalated = models.BooleanField(_("escalated"), default=False)
    resolution = models.CharField(
        _("resolution"), max_length=20, blank=True, default="", editable=False, choices=list(RESOLUTIONS.items())
    )
    created_at = columns.born()
    response_due_at = columns.moment(_("reply due at"))
    resolution_due_at = columns.moment(_("resolution due at"))
    first_reply_at = columns.moment(_("first reply at"), editable=False)
    closed_at = columns.moment(_("closed at"), editable=False)

    machine = Declaration(
        noun="ticket",
        title=_("ticket"),
        facts=(
            Fact("number", Kind.TEXT, title=_("number"), read=lambda row: row.number, free_of_persons=True),
            Fact("queue", Kind.TEXT, title=_("queue"), choices=tuple(QUEUES)),
            Fact("priority", Kind.TEXT, title=_("priority"), choices=tuple(PRIORITIES)),
            Fact("category", Kind.REF, title=_("category"), optional=True),
            columns.code_fact("cause", _("cause"), optional=True),
            Fact("escalated", Kind.BOOLEAN, title=_("escalated")),
            Fact("resolution", Kind.TEXT, title=_("resolution"), choices=tuple(RESOLUTIONS), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("response_due_at", _("reply due at")),
            columns.moment_fact("resolution_due_at", _("resolution due at")),
            columns.moment_fact("first_reply_at", _("first reply at")),
            columns.moment_fact("closed_at", _("closed at")),
        ),
        related={"customer": "customer"},
        links={
            "customer": "tickets",
            "order": "tickets",
            "order_item": "tickets",
            "service": "tickets",
            "category": "tickets",
        },
        relations=(Relation("comments", "ticket_comment"), Relation("worklogs", "worklog")),
        events=(
            EventType("ticket.escalated", _("ticket escalated")),
            EventType("ticket.sla_warning", _("ticket near its deadline")),
            EventType("ticket.sla_breached", _("ticket past its deadline")),
        ),
        rank=70,
        edits=("subject", "body", "category", "queue", "priority", "escalated", "response_due_at", "resolution_due_at"),
        customers=CustomerRights(
            create=WRITERS,
            fields=("customer", "order", "order_item", "service", "category", "subject", "body"),
            hidden=("cause", "escalated", "queue"),
            hidden_events=("ticket.escalated", "ticket.sla_warning", "ticket.sla_breached"),
        ),
    )

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")

    @property
    def number(self) -> str:
        return f"TK-{self.pk:06d}"

    @transition(
        source=("open", "waiting_on_customer"), target="in_progress", event="ticket.started", title=_("start work")
    )
    def start_work(self) -> None:
        """Somebody works on it."""

    @transition(
        source=("open", "in_progress"),
        target="waiting_on_customer",
        event="ticket.answered",
        title=_("wait for the customer"),
    )
    def wait_on_customer(self) -> None:
        """Staff have replied; the customer is next."""
        self.first_reply_at = self.first_reply_at or clock.now()

    @transition(
        source="waiting_on_customer",
        target="open",
        event="ticket.returned",
        title=_("back to the queue"),
        customer_roles=WRITERS,
    )
    def back_to_queue(self) -> None:
        """The customer has replied."""

    @transition(
        source=("open", "in_progress", "waiting_on_customer"),
        target="closed",
        event="ticket.closed",
        title=_("close"),
        arguments={"resolution": {"type": "string", "enum": list(RESOLUTIONS)}},
        required=("resolution",),
        customer_roles=WRITERS,
    )
    def close(self, resolution: str) -> None:
        self.resolution, self.closed_at = resolution, clock.now()

    @transition(source="closed", target="open", event="ticket.reopened", title=_("reopen"), customer_roles=WRITERS)
    def reopen(self) -> None:
        self.resolution, self.closed_at = "", None

    def clean(self) -> None:
        """Take the customer over from the order or the service where none is given."""
        for source in (self.order, self.service, self.order_item and self.order_item.order):
            if self.customer is None and source:
                self.customer = source.customer

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        if self._state.adding:
            given = self.category
            response = given.response_hours if given else RESPONSE_HOURS
            resolution = given.resolution_hours if given else RESOLUTION_HOURS
            self.response_due_at = self.response_due_at or due(self.created_at, response)
            self.resolution_due_at = self.resolution_due_at or due(self.created_at, resolution)
        super().save(*args, **kwargs)
