"""Incidents: matchers that said different things about one event. The version goes on by the reference alone, everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Incident(models.Model):
    """One version in quarantine: what the reference said of the event, and what another matcher said, or how it failed."""

    content_hash = models.CharField(_("content hash"), max_length=64, unique=True)
    matcher = models.CharField(_("matcher"), max_length=20)
    event = models.CharField(_("event"), max_length=200)
    reference = models.JSONField(_("the reference said"), default=list)
    other = models.JSONField(_("the matcher said"), default=list)
    error = models.CharField(_("or failed with"), max_length=500, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")

    def __str__(self) -> str:
        return f"{self.matcher}: {self.content_hash[:12]}"


@dataclass(frozen=True)
class Disagreement:
    """What is to be stored as an incident; told by who decides, which writes nothing."""

    content_hash: str
    matcher: str
    event: str
    reference: tuple[str, ...]
    other: tuple[str, ...]
    error: str = ""


def note(found: Iterable[Disagreement]) -> None:
    """Store disagreements, the first of each version, in the open transaction."""
    rows = [
        Incident(
            content_hash=one.content_hash,
            matcher=one.matcher,
            event=one.event[:200],
            reference=list(one.reference),
            other=list(one.other),
            error=one.error[:500],
            at=clock.now(),
        )
        for one in found
    ]
    if rows:
        Incident.objects.bulk_create(rows, ignore_conflicts=True)


def open_incidents() -> int:
    """How many versions are in quarantine."""
    return Incident.objects.count()
