"""Ticket categories: how soon a ticket is answered and solved."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind, Relation
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns

RESPONSE_HOURS, RESOLUTION_HOURS = 24, 72
OFFICE, OPEN, CLOSE = ZoneInfo("Europe/Bucharest"), 9, 17


def due(opened: datetime, hours: int) -> datetime:
    """`hours` after the opening; half as long again for what comes outside Monday to Friday, 9 to 17 o'clock."""
    there = opened.astimezone(OFFICE)
    at_work = there.weekday() < 5 and OPEN <= there.hour < CLOSE
    return opened + timedelta(hours=hours if at_work else hours * 1.5)


class TicketCategory(Machine):
    """Hours are those of the clock, not of the office."""

    state = StateField({"active": _("in use"), "retired": _("retired")}, verbose_name=_("state"))
    code = columns.code(_("code"), blank=False, unique=True)
    response_hours = models.PositiveSmallIntegerField(
        _("hours to reply"), default=RESPONSE_HOURS, validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    resolution_hours = models.PositiveSmallIntegerField(
        _("hours to solve"), default=RESOLUTION_HOURS, validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )

    machine = Declaration(
        noun="ticket_category",
        title=_("ticket category"),
        facts=(
            columns.code_fact("code", _("code")),
            Fact("response_hours", Kind.INTEGER, title=_("hours to reply")),
            Fact("resolution_hours", Kind.INTEGER, title=_("hours to solve")),
        ),
        relations=(Relation("tickets", "ticket"),),
        rank=18,
        edits=("response_hours", "resolution_hours"),
    )

    class Meta:
        verbose_name = _("ticket category")
        verbose_name_plural = _("ticket categories")

    def __str__(self) -> str:
        return self.code

    @transition(source="active", target="retired", event="ticket_category.retired", title=_("retire"))
    def retire(self) -> None:
        """It stays with the tickets that have it."""

    @transition(source="retired", target="active", event="ticket_category.restored", title=_("take up again"))
    def restore(self) -> None:
        """It is offered again."""
