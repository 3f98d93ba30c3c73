"""Notes about customers: what staff write for staff. Events say that somebody wrote, and of what kind, never what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.catalog import Fact, Kind
from core.customer_rights import STAFF_ONLY
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer

KINDS = {
    "general": _("general"),
    "call": _("call"),
    "meeting": _("meeting"),
    "complaint": _("complaint"),
    "agreement": _("agreement"),
}


class Note(Machine):
    """Redacting one empties its text."""

    state = StateField(
        {"kept": pgettext_lazy("note", "kept"), "redacted": pgettext_lazy("note", "redacted")}, verbose_name=_("state")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="notes", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=10, choices=list(KINDS.items()), default="general")
    important = models.BooleanField(_("important"), default=False)
    body = models.TextField(_("text"), max_length=10_000)
    created_at = columns.born()

    machine = Declaration(
        noun="note",
        title=_("note"),
        facts=(
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            Fact("important", Kind.BOOLEAN, title=_("important")),
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "customer"},
        links={"customer": "notes"},
        terminal=("redacted",),
        recorded=("body",),
        rank=15,
        edits=("kind", "important", "body"),
        customers=STAFF_ONLY,
    )

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    @transition(source="kept", target="redacted", event="note.redacted", title=_("redact"))
    def redact(self) -> None:
        self.body = ""
