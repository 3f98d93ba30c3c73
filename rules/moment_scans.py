"""Scans for due moments: after rules were published, or a customer came into another segment, the moments of rules are derived
anew for objects that there are."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import bells
from rules.overlays import Effective


class MomentScan(models.Model):
    """The rules `rules` are as they are since `at`; `nouns` are those whose objects were not all looked at yet, the first
    up to the key `after`. `rate` is how many past moments may act in an hour, 0 for none; `acting` how many will."""

    rules = models.JSONField(_("rules"))
    customer = models.CharField(_("customer"), max_length=100, default="")
    at = models.DateTimeField(_("at"))
    nouns = models.JSONField(_("objects"))
    after = models.BigIntegerField(default=0)
    rate = models.PositiveIntegerField(_("rate"), default=0)
    acting = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("scan for due moments")
        verbose_name_plural = _("scans for due moments")

    def __str__(self) -> str:
        return f"{', '.join(self.rules)} ({self.at:%Y-%m-%d %H:%M})"


def begin_for(customer: str, effective: Effective | None, at: datetime) -> None:
    """Have the moments of a customer's objects derived anew: `effective` are the rules that the customer has since `at`."""
    timed = {noun: rules for noun, rules in effective.timed.items() if noun} if effective else {}
    if timed:
        keys = sorted({rule.key for rules in timed.values() for rule in rules})
        MomentScan.objects.create(rules=keys, customer=customer, at=at, nouns=sorted(timed))
        transaction.on_commit(bells.ring_moments)
