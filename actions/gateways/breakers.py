"""Breakers: a door whose calls fail one after the other is shut for a while, so that runs wait instead of using up their tries."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from actions.outcome import Failed, Outcome
from core import clock

FAILURES = 5  # in a row, of any worker, until the door shuts
FIRST_SECONDS, LONGEST_SECONDS = 30, 15 * 60


class Breaker(models.Model):
    """The failures in a row of one door, and until when it is shut. No row: nothing failed."""

    door = models.CharField(_("gateway"), max_length=50, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    shut_until = models.DateTimeField(_("shut until"), null=True)
    reason = models.CharField(_("last reason"), max_length=500, default="")

    class Meta:
        verbose_name = _("breaker")
        verbose_name_plural = _("breakers")

    def __str__(self) -> str:
        return self.door


def why_shut(door: str) -> Failed | None:
    """None, or the outcome of a call that is not made: it costs no try and comes back when the door may be open."""
    breaker = Breaker.objects.filter(door=door, shut_until__gt=clock.now()).first()
    if breaker is None or breaker.shut_until is None:
        return None
    wait = (breaker.shut_until - clock.now()).total_seconds()
    said = f"the door to {door} is shut for {wait:.0f} s after {breaker.failures} failures in a row: {breaker.reason}"
    return Failed(said, retryable=True, retry_after=wait, counted=False)


def note(door: str, outcome: Outcome) -> None:
    """A transient failure counts; anything that the service answered opens the door again."""
    if not isinstance(outcome, Failed) or not outcome.retryable:
        # nearly always there is none, and to look costs no write
        if Breaker.objects.filter(door=door).exists():
            Breaker.objects.filter(door=door).delete()
        return
    breaker, made = Breaker.objects.get_or_create(door=door, defaults={"failures": 1, "reason": outcome.reason[:500]})
    if made:
        return
    Breaker.objects.filter(pk=breaker.pk).update(failures=F("failures") + 1, reason=outcome.reason[:500])
    breaker.refresh_from_db(fields=["failures"])
    if breaker.failures >= FAILURES:
        seconds = min(FIRST_SECONDS * 2 ** min(breaker.failures - FAILURES, 10), LONGEST_SECONDS)
        Breaker.objects.filter(pk=breaker.pk).update(shut_until=clock.now() + timedelta(seconds=seconds))
