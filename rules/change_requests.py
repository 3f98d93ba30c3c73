"""Change requests: edited rules over a base version, until they are published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from rules.rule_sets import RuleSet, RuleSetVersion


class ChangeRequest(models.Model):
    """Somebody's edited text of a rule set. `base` is the version it was begun from; `published` what became of it."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="change_requests", verbose_name=_("rule set"))
    base = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("base version"), editable=False
    )
    text = models.TextField(_("rules (YAML)"), max_length=2_000_000)
    title = models.CharField(_("what it changes"), max_length=200)
    author = models.CharField(_("author"), max_length=100, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    published = models.OneToOneField(
        RuleSetVersion, models.PROTECT, null=True, related_name="change_request", verbose_name=_("published as"),
        editable=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title
