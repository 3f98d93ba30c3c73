"""Moments that are to come, one row each, and those that acted. They tell the clock where to look; whether a moment still
stands is asked of the log when it is due."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DueMoment(models.Model):
    """A moment of rule `rule` for `subject`: an object, or the key of a rule set for a schedule that is about none.

    `base` and `offset` are as conditions see them, so that one that acted never acts again for the same date; a schedule
    has neither, and one row whose `due` moves on. `due` is when the clock looks at it, `acted` the instant of the one
    that acted last. `kept_until` is the end of the exemption that keeps it waiting.
    """

    rule = models.CharField(_("rule"), max_length=100)
    subject = models.CharField(_("subject"), max_length=100)
    customer = models.CharField(_("customer"), max_length=100, default="")
    base = models.CharField(max_length=40, default="")
    offset = models.CharField(_("offset"), max_length=20, default="")
    due = models.DateTimeField(_("due"))
    pending = models.BooleanField(default=True)
    acted = models.DateTimeField(_("acted"), null=True)
    kept_until = models.DateTimeField(_("kept waiting until"), null=True)

    class Meta:
        verbose_name = _("due moment")
        verbose_name_plural = _("due moments")
        constraints = [models.UniqueConstraint(fields=["subject", "rule", "base", "offset"], name="moment_once")]
        indexes = [
            models.Index(fields=["due", "id"], name="moment_due", condition=models.Q(pending=True)),
            models.Index(fields=["customer", "due"], name="moment_customer", condition=models.Q(pending=True)),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What there is one of; rows are written in this order, so that two writers never wait for each other."""
        return self.subject, self.rule, self.base, self.offset
