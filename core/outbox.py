"""The queue: one narrow row per live event that waits for its decision, made by the database with the event."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Outbox(models.Model):
    """An event that waits for its decision. `held` rows wait for a person."""

    event_id = models.BigIntegerField(primary_key=True)
    shard = models.PositiveSmallIntegerField()
    held = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("waiting event")
        verbose_name_plural = _("waiting events")
        indexes = [models.Index(fields=["shard", "event_id"], name="outbox_lane", condition=models.Q(held=False))]


class Shard(models.Model):
    """A lane of dispatch. Its row lock is the lease of whoever decides the lane's events."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    served = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")


def shard_of(subject: str, customer: str) -> int:
    """The lane of an event: by its customer, so that the decisions of one customer are made in order; else its subject."""
    return zlib.crc32((customer or subject).encode()) % settings.CONFIG.shards


def ensure_shards() -> None:
    """Make the lanes that are missing; safe to repeat."""
    Shard.objects.bulk_create([Shard(id=number) for number in range(settings.CONFIG.shards)], ignore_conflicts=True)
