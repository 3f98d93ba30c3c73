"""The audit: who did what to what, append-only, ids only. What a person typed stands in its erasable side row."""

from __future__ import annotations

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.acting import present


class AuditRow(models.Model):
    """Something that a person or the server did: `verb` in the form noun.past, `object` a reference."""

    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("actor"), max_length=100)
    verb = models.CharField(_("what"), max_length=60)
    object = models.CharField(_("object"), max_length=200)
    request_id = models.CharField(_("request id"), max_length=64, default="")

    class Meta:
        verbose_name = _("audit row")
        verbose_name_plural = _("audit rows")
        indexes = [models.Index(fields=["object", "id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.object}"


class AuditDetail(models.Model):
    """What a person typed with an audited act. Erasable."""

    row_id = models.BigIntegerField(primary_key=True)
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        verbose_name = _("audit detail")
        verbose_name_plural = _("audit details")


@transaction.atomic
def note(verb: str, object: str, *, text: str = "") -> AuditRow:  # noqa: A002
    """Write an audit row for the present act; `text` is what the person gave as reason."""
    act = present()
    row = AuditRow.objects.create(
        at=clock.now(), actor=act.actor.ref, verb=verb, object=object, request_id=act.request_id
    )
    if text:
        AuditDetail.objects.create(row_id=row.pk, text=text)
    return row
