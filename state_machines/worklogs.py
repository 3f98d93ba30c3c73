"""Worklogs: the time that was worked on a ticket. Events carry the minutes; what was done stays on the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.catalog import Fact, Kind
from core.customer_rights import STAFF_ONLY
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.tickets import Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MINUTES_OF_A_DAY = 24 * 60


class Worklog(Machine):
    """One stretch of work of one person. What was entered by mistake is withdrawn, and counts no more."""

    state = StateField(
        {"logged": pgettext_lazy("worklog", "logged"), "withdrawn": pgettext_lazy("worklog", "withdrawn")},
        verbose_name=_("state"),
    )
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="worklogs", verbose_name=_("ticket"))
    user: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="worklogs",
        verbose_name=_("worked by"),
    )
    worked_on = models.DateField(_("worked on"), default=clock.today)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(MINUTES_OF_A_DAY)]
    )
    billable = models.BooleanField(_("billable"), default=False)
    body = models.TextField(_("text"), max_length=10_000, blank=True, default="")
    created_at = columns.born()

    machine = Declaration(
        noun="worklog",
        title=_("worklog"),
        facts=(
            Fact(
                "user",
                Kind.REF,
                title=_("worked by"),
                read=lambda row: f"user:{row.user_id}" if row.user_id else None,
                optional=True,
            ),
            Fact("worked_on", Kind.DATE, title=_("worked on")),
            Fact("minutes", Kind.INTEGER, title=_("minutes")),
            Fact("billable", Kind.BOOLEAN, title=_("billable")),
        ),
        related={"customer": "ticket.customer", "ticket": "ticket"},
        links={"ticket": "worklogs"},
        terminal=("withdrawn",),
        recorded=("user", "body"),
        rank=73,
        edits=("worked_on", "minutes", "billable", "body"),
        customers=STAFF_ONLY,
    )

    class Meta:
        verbose_name = _("worklog")
        verbose_name_plural = _("worklogs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=MINUTES_OF_A_DAY), name="worklog_minutes"
            )
        ]

    @transition(source="logged", target="withdrawn", event="worklog.withdrawn", title=_("withdraw"))
    def withdraw(self) -> None:
        """It was entered by mistake."""
