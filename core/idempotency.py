"""The Idempotency-Key of a request: the same key and the same request get the same answer, and one effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.acting import Actor
from core.errors import PravilaError

KEPT = timedelta(hours=24)
MAX_KEY = 200


class BadKey(PravilaError):
    """The Idempotency-Key is empty, longer than 200 characters, or has other than printable ASCII characters. Send
    one such as a UUID."""

    status = 422
    code = "bad-idempotency-key"


class KeyReused(PravilaError):
    """This Idempotency-Key came with another request before. Send a fresh key with each new request."""

    status = 422
    code = "idempotency-key-reused"


class IdempotencyKey(models.Model):
    """An answered request of one actor. Only answers that changed something are kept; refusals are judged anew."""

    actor = models.CharField(_("actor"), max_length=100)
    key = models.CharField(_("key"), max_length=MAX_KEY)
    request = models.CharField(_("fingerprint of the request"), max_length=64)
    answer = models.JSONField(_("answer"), null=True)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class Answered:
    """`answer` as JSON data; `again` where it is the stored one."""

    answer: Any
    again: bool = False


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


@transaction.atomic
def once(actor: Actor, key: str | None, request: str, act: Callable[[], Any]) -> Answered:
    """Do `act` and keep its answer with its effect, in one transaction; or give the answer kept within 24 hours.

    The key's row is written first, so that a second request with it waits for the first. `request` is a fingerprint.
    Without a key it is simply done. Raises BadKey, KeyReused, and what `act` raises; then neither effect nor key stays.
    """
    if key is None:
        return Answered(act())
    if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise BadKey
    given = {"request": request, "at": clock.now()}
    row, new = IdempotencyKey.objects.get_or_create(actor=actor.ref, key=key, defaults=given)
    if not new:
        row = IdempotencyKey.objects.select_for_update().get(pk=row.pk)
        if row.at > clock.now() - KEPT:
            if row.request != request:
                raise KeyReused
            return Answered(row.answer, again=True)
    answer = act()
    IdempotencyKey.objects.filter(pk=row.pk).update(answer=answer, **given)
    return Answered(answer)


def forget_old(*, limit: int = 10_000) -> int:
    """Delete keys older than 24 hours; how many. For the sweeper."""
    old = IdempotencyKey.objects.filter(at__lt=clock.now() - KEPT).order_by("at").values_list("pk", flat=True)[:limit]
    return IdempotencyKey.objects.filter(pk__in=list(old)).delete()[0]
