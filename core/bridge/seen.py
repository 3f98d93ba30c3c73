"""What the bridge remembers: keys that were used up, the last value of what must change, and signals it could not read."""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core import clock


class BridgeKey(models.Model):
    """A key of a binding that has led to its event."""

    source = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="bridge_key")]


class BridgeValue(models.Model):
    """The value that a subject's field had when a signal told of it last."""

    subject = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "path"], name="bridge_value")]


class BridgeProblem(models.Model):
    """A binding that could not read what it was sent: how often, and the last time in words."""

    binding = models.CharField(_("binding"), max_length=400, unique=True)
    count = models.PositiveIntegerField(_("how often"), default=0)
    reason = models.CharField(_("last reason"), max_length=500)
    at = models.DateTimeField(_("last at"))

    class Meta:
        verbose_name = _("problem of the bridge")
        verbose_name_plural = _("problems of the bridge")

    def __str__(self) -> str:
        return self.binding


def is_new(source: str, key: str) -> bool:
    """Use the key up, inside the open transaction. False where it was."""
    return BridgeKey.objects.get_or_create(source=source[:200], key=key[:200])[1]


def has_changed(subject: str, path: str, value: object) -> bool:
    """Remember the value, inside the open transaction. False where it was this one already."""
    text = str(value)[:200]
    seen, made = BridgeValue.objects.select_for_update().get_or_create(
        subject=subject, path=path, defaults={"value": text}
    )
    if made:
        return True
    if seen.value == text:
        return False
    BridgeValue.objects.filter(pk=seen.pk).update(value=text)
    return True


def note_problem(binding: str, reason: str) -> None:
    """Count a signal that could not be read, so that staff see it."""
    defaults = {"reason": reason[:500], "at": clock.now()}
    with transaction.atomic():
        problem, _made = BridgeProblem.objects.get_or_create(binding=binding[:400], defaults=defaults)
        BridgeProblem.objects.filter(pk=problem.pk).update(count=F("count") + 1, **defaults)
