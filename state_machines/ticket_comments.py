"""Ticket comments: what staff and customers write. Events say that somebody wrote, never what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind
from core.customer_rights import WRITERS, CustomerRights
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.tickets import Ticket

AUTHORS = {"staff": _("staff"), "customer": _("customer"), "system": _("system")}


class TicketComment(Machine):
    """An internal comment is for staff only. Redacting one empties its text."""

    state = StateField({"posted": _("posted"), "redacted": _("redacted")}, verbose_name=_("state"))
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="comments", verbose_name=_("ticket"))
    author = models.CharField(_("written by"), max_length=10, choices=list(AUTHORS.items()), default="staff")
    internal = models.BooleanField(_("internal"), default=False)
    body = models.TextField(_("text"), max_length=10_000)
    created_at = columns.born()

    machine = Declaration(
        noun="ticket_comment",
        title=_("ticket comment"),
        facts=(
            Fact("author", Kind.TEXT, title=_("written by"), choices=tuple(AUTHORS)),
            Fact("internal", Kind.BOOLEAN, title=_("internal")),
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "ticket.customer", "ticket": "ticket"},
        links={"ticket": "comments"},
        terminal=("redacted",),
        recorded=("ticket", "body"),
        rank=72,
        customers=CustomerRights(
            see={"internal": False},
            create=WRITERS,
            fields=("ticket", "body"),
            given={"author": "customer", "internal": False},
        ),
    )

    class Meta:
        verbose_name = _("ticket comment")
        verbose_name_plural = _("ticket comments")

    @transition(source="posted", target="redacted", event="ticket_comment.redacted", title=_("redact"))
    def redact(self) -> None:
        self.body = ""
