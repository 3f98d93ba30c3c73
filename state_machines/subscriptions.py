"""Subscriptions: a plan that runs from period to period until somebody ends it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.customer_rights import PAYERS
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import REASON, Customer
from state_machines.periods import days_later, months_later
from state_machines.plans import Plan

DAYS = {"days": {"type": "integer", "minimum": 1, "maximum": 365}}
RUNNING = ("trialing", "active", "past_due", "paused")


@guard("subscription.period_is_over", _("its period is over"))
def period_is_over(subscription: Subscription, **_given: Any) -> str | None:
    if subscription.period_end is not None and subscription.period_end <= clock.now():
        return None
    return gettext("the period of subscription %(id)s lasts until %(end)s") % {
        "id": subscription.pk,
        "end": clock.iso(subscription.period_end) if subscription.period_end else "-",
    }


@guard("subscription.goes_on", _("it is not to end"))
def goes_on(subscription: Subscription, **_given: Any) -> str | None:
    if not subscription.ends_with_period:
        return None
    return gettext("subscription %(id)s ends with its period") % {"id": subscription.pk}


class Subscription(Machine):
    """A customer's plan at the price of the day it began. A trial is a period too: `period_end` is when it ends."""

    state = StateField(
        {
            "pending": _("pending"),
            "trialing": _("on trial"),
            "active": _("active"),
            "past_due": _("past due"),
            "paused": _("paused"),
            "cancelled": pgettext_lazy("subscription", "cancelled"),
            "expired": _("expired"),
        },
        verbose_name=_("state"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions", verbose_name=_("customer"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions", verbose_name=_("plan"))
    price_minor = columns.minor(_("price per period"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    period_months = models.PositiveSmallIntegerField(
        _("period in months"), default=1, editable=False, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    period_start = columns.moment(_("period from"), editable=False)
    period_end = columns.moment(_("period to"), editable=False)
    ends_with_period = models.BooleanField(_("ends with its period"), default=False, editable=False)
    created_at = columns.born()
    cancelled_at = columns.moment(_("cancelled at"), editable=False)

    machine = Declaration(
        noun="subscription",
        title=_("subscription"),
        facts=(
            Fact("price", Kind.MONEY, title=_("price per period")),
            columns.CURRENCY_FACT,
            Fact("period_months", Kind.INTEGER, title=_("period in months")),
            columns.moment_fact("period_start", _("period from")),
            columns.moment_fact("period_end", _("period to")),
            Fact("ends_with_period", Kind.BOOLEAN, title=_("ends with its period")),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("cancelled_at", _("cancelled at")),
        ),
        related={"customer": "customer", "plan": "plan"},
        links={"customer": "subscriptions", "plan": "subscriptions"},
        terminal=("expired",),
        recorded=("customer", "plan"),
        rank=55,
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new subscription takes the price and the period of its plan."""
        if self._state.adding:
            self.price_minor, self.currency = self.plan.price_minor, self.plan.currency
            self.period_months = self.plan.period_months
        super().save(*args, **kwargs)

    @transition(source="pending", target="active", event="subscription.activated", title=_("activate"))
    def activate(self) -> None:
        self._begin()

    @transition(
        source="pending",
        target="trialing",
        event="subscription.trial_started",
        title=_("start the trial"),
        arguments=DAYS,
    )
    def start_trial(self, days: int = 0) -> None:
        """For so many days, else those of the plan, else 14."""
        self.period_start = clock.now()
        self.period_end = days_later(self.period_start, days or self.plan.trial_days or 14)

    @transition(source="trialing", target="active", event="subscription.trial_converted", title=_("end the trial"))
    def convert_trial(self) -> None:
        self._begin()

    @transition(
        source=("active", "past_due"),
        target="active",
        event="subscription.renewed",
        title=_("renew"),
        guards=(goes_on, period_is_over),
    )
    def renew(self) -> None:
        """The next period begins where the last one ended."""
        self.period_start = self.period_end
        self.period_end = months_later(self.period_start, self.period_months)

    @transition(source="active", target="past_due", event="subscription.past_due", title=_("mark as past due"))
    def go_past_due(self) -> None:
        """A payment of it did not come."""

    @transition(
        source=("active", "past_due"),
        target="paused",
        event="subscription.paused",
        title=_("pause"),
    )
    def pause(self) -> None:
        """Nothing runs and nothing is owed for a while."""

    @transition(
        source=("paused", "past_due"),
        target="active",
        event="subscription.resumed",
        title=_("resume"),
    )
    def resume(self) -> None:
        if self.period_end is None or self.period_end <= clock.now():
            self._begin()

    @transition(
        source="active",
        target="active",
        event="subscription.end_scheduled",
        title=_("end with the period"),
        guards=(goes_on,),
        arguments=REASON,
        customer_roles=PAYERS,
    )
    def end_with_period(self, reason: str = "") -> None:
        self.ends_with_period = True

    @transition(
        source=("pending", *RUNNING),
        target="cancelled",
        event="subscription.cancelled",
        title=_("cancel"),
        arguments=REASON,
        customer_roles=PAYERS,
    )
    def cancel(self, reason: str = "") -> None:
        self.cancelled_at = clock.now()

    @transition(
        source=("active", "past_due", "trialing"),
        target="expired",
        event="subscription.expired",
        title=_("expire"),
        guards=(period_is_over,),
    )
    def expire(self) -> None:
        """Its period ended, and no other began."""

    @transition(source="cancelled", target="active", event="subscription.reactivated", title=_("reactivate"))
    def reactivate(self) -> None:
        self.cancelled_at, self.ends_with_period = None, False
        if self.period_end is None or self.period_end <= clock.now():
            self._begin()

    def _begin(self) -> None:
        self.period_start = clock.now()
        self.period_end = months_later(self.period_start, self.period_months)
