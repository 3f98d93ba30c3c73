"""Decisions: what the rules say about one event, stored for every event, also when nothing matched."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """One event's plan, with the hashes to recompute its proof. Never changed; a second decision is a second row.

    `rules` are the keys that acted, in running order; `plan` the planned actions; `held_back` says for each rule that
    was true and did not act, why. `house` and `overlay` are content hashes of the versions that decided, `segment` the
    segment that the customer was in: {"key", "by", "list", "rules"}, with the content hashes of the version of the house
    that has the list, and of the segment's rules (empty where it has none).
    """

    event_id = models.BigIntegerField(_("event"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(
        _("outcome"),
        max_length=10,
        choices=[
            ("acted", _("acted")),
            ("nothing", _("nothing matched")),
            ("failed", _("could not be decided")),
            ("too_deep", _("the chain is too long")),
        ],
    )
    house = models.CharField(_("house rules"), max_length=64, default="")
    overlay = models.CharField(_("customer's rules"), max_length=64, default="")
    segment = models.JSONField(_("segment"), default=dict)
    rules = models.JSONField(_("rules that acted"), default=list)
    plan = models.JSONField(_("plan"), default=list)
    held_back = models.JSONField(_("held back"), default=dict)
    observed = models.JSONField(_("observed"), default=dict)
    problem = models.TextField(_("problem"), default="")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [models.UniqueConstraint(fields=["event_id", "attempt"], name="decision_event_attempt")]
        indexes = [models.Index(fields=["outcome", "-id"], name="decision_outcome")]

    @property
    def versions(self) -> tuple[str, ...]:
        """Content hashes of the versions that decided, the house first, the nearest to the customer last."""
        return tuple(filter(None, (self.house, self.segment.get("rules"), self.overlay)))

    def __str__(self) -> str:
        return f"{self.outcome} ({self.event_id})"
