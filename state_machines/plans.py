"""Plans: what one can subscribe to."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.catalog import EventType, Fact, Kind, Relation
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.order_items import PRODUCT_TYPES

OFFERS = {"draft": _("draft"), "offered": _("offered"), "withdrawn": pgettext_lazy("plan", "withdrawn")}


class Plan(Machine):
    """A price per period. Who has subscribed keeps the price of that day; a change of it is for those to come."""

    state = StateField(OFFERS, verbose_name=_("state"))
    code = columns.code(_("code"), blank=False, unique=True)
    product_type = models.CharField(
        _("product type"), max_length=20, choices=list(PRODUCT_TYPES.items()), default="subscription"
    )
    price_minor = columns.minor(
        _("price per period"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )
    currency = columns.currency()
    period_months = models.PositiveSmallIntegerField(
        _("period in months"), default=1, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    trial_days = models.PositiveSmallIntegerField(_("days of trial"), default=0, validators=[MaxValueValidator(365)])
    max_projects = models.PositiveIntegerField(
        _("projects of its workspace"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
    )
    created_at = columns.born()

    machine = Declaration(
        noun="plan",
        title=_("plan"),
        facts=(
            columns.code_fact("code", _("code")),
            Fact("product_type", Kind.TEXT, title=_("product type"), choices=tuple(PRODUCT_TYPES)),
            Fact("price", Kind.MONEY, title=_("price per period")),
            columns.CURRENCY_FACT,
            Fact("period_months", Kind.INTEGER, title=_("period in months")),
            Fact("trial_days", Kind.INTEGER, title=_("days of trial")),
            Fact("max_projects", Kind.INTEGER, title=_("projects of its workspace"), optional=True),
        ),
        relations=(Relation("subscriptions", "subscription"),),
        changes={"price_minor": "plan.price_changed"},
        events=(EventType("plan.price_changed", _("price of the plan changed")),),
        rank=5,
        edits=("price_minor", "period_months", "trial_days", "max_projects"),
    )

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return self.code

    @transition(source=("draft", "withdrawn"), target="offered", event="plan.offered", title=_("offer"))
    def offer(self) -> None:
        """One can subscribe to it."""

    @transition(source="offered", target="withdrawn", event="plan.withdrawn", title=_("withdraw"))
    def withdraw(self) -> None:
        """Nobody new can subscribe to it."""
