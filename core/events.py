"""The log: one append-only row per thing that happened. The database refuses to change or delete any."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Event(models.Model):
    """A dated thing that happened. `id` is its position in the log; (`subject`, `sequence`) is its name.

    `facts` are nested by noun; `was` has the old value of each own fact that changed, by full path. `live` events are
    queued by the database; imported history is not.
    """

    type = models.CharField(_("type"), max_length=100)
    subject = models.CharField(_("subject"), max_length=100)
    sequence = models.PositiveIntegerField(_("sequence"))
    at = models.DateTimeField(_("at"))
    facts = models.JSONField(_("facts"))
    was = models.JSONField(_("was"), default=dict)
    transition = models.CharField(_("transition"), max_length=60, default="")
    source = models.CharField(_("from state"), max_length=40, default="")
    target = models.CharField(_("to state"), max_length=40, default="")
    customer = models.CharField(_("customer"), max_length=100, default="")
    actor = models.CharField(_("actor"), max_length=100)
    correlation = models.CharField(_("correlation"), max_length=32)
    cause = models.BigIntegerField(_("cause"), null=True)
    depth = models.PositiveSmallIntegerField(_("depth"), default=0)
    request_id = models.CharField(_("request id"), max_length=64, default="")
    live = models.BooleanField(_("live"), default=True)
    shard = models.PositiveSmallIntegerField(_("shard"))
    imported_as = models.CharField(_("imported as"), max_length=200, default="")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="event_subject_sequence")]
        indexes = [
            models.Index(fields=["type", "id"], name="event_type"),
            models.Index(fields=["customer", "id"], name="event_customer"),
            models.Index(fields=["customer", "type", "id"], name="event_customer_type"),
            models.Index(fields=["correlation"], name="event_correlation"),
            models.Index(fields=["imported_as"], name="event_imported_as", condition=~models.Q(imported_as="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    @property
    def name(self) -> str:
        """What people and files call this event: invoice:1042@3, or the id under which it was imported."""
        return self.imported_as or f"{self.subject}@{self.sequence}"

    @property
    def noun(self) -> str:
        return self.subject.partition(":")[0]

    def as_document(self) -> dict[str, Any]:
        """The event as conditions see it, in the shape of the history files."""
        facts = dict(self.facts)
        if self.transition or self.target:
            parts = {"name": self.transition, "from": self.source, "to": self.target}
            facts["transition"] = {key: value for key, value in parts.items() if value}
        document: dict[str, Any] = {
            "id": self.name,
            "type": self.type,
            "subject": self.subject,
            "sequence": self.sequence,
            "at": clock.iso(self.at),
            "facts": facts,
            "actor": self.actor,
        }
        if self.customer:
            document["customer"] = self.customer
        if self.was:
            document["was"] = self.was
        return document


class EventDetail(models.Model):
    """What a person typed with an event. Erasable, so it stands beside the log and never in it."""

    event_id = models.BigIntegerField(primary_key=True)
    arguments = models.JSONField(_("arguments"), default=dict)

    class Meta:
        verbose_name = _("event detail")
        verbose_name_plural = _("event details")
