"""Retry policies: after how many days a failed payment is tried again."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns

MAX_ATTEMPTS = 10
STANDARD_DAYS = [1, 3, 7, 14]


def valid_days(value: Any) -> None:
    """Raise ValidationError unless `value` is 1 to 10 whole days above zero, each later than the one before it."""
    fits = isinstance(value, list) and 1 <= len(value) <= MAX_ATTEMPTS
    if not fits or not all(type(day) is int and 1 <= day <= 365 for day in value) or value != sorted(set(value)):
        raise ValidationError(
            _("Give 1 to 10 days from 1 to 365, each later than the one before it, as in 1, 3, 7, 14.")
        )


def standard_days() -> list[int]:
    return list(STANDARD_DAYS)


class RetryPolicy(Machine):
    """`days` count from the first failure, one per attempt."""

    state = StateField(
        {"active": pgettext_lazy("retry_policy", "active"), "retired": _("retired")}, verbose_name=_("state")
    )
    code = columns.code(_("code"), blank=False, unique=True)
    days = models.JSONField(_("days"), default=standard_days, validators=[valid_days])
    is_default = models.BooleanField(_("default"), default=False)

    machine = Declaration(
        noun="retry_policy",
        title=_("retry policy"),
        facts=(
            columns.code_fact("code", _("code")),
            Fact("days", Kind.LIST, title=_("days"), of=Kind.INTEGER),
            Fact("is_default", Kind.BOOLEAN, title=_("default")),
        ),
        rank=8,
        edits=("days", "is_default"),
    )

    class Meta:
        verbose_name = _("retry policy")
        verbose_name_plural = _("retry policies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="retry_policy_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @transition(source="active", target="retired", event="retry_policy.retired", title=_("retire"))
    def retire(self) -> None:
        self.is_default = False

    @transition(source="retired", target="active", event="retry_policy.restored", title=_("restore"))
    def restore(self) -> None:
        """It may be used again."""


def days_of(policy: RetryPolicy | None = None) -> list[int]:
    """The days of the policy, else of the default one, else the standard ones: 1, 3, 7 and 14."""
    found = policy or RetryPolicy.objects.filter(is_default=True, state="active").first()
    return list(found.days) if found is not None else standard_days()
