"""Backtests: a change request against the live rules over a stretch of history. One row each, and nothing else is written."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import as_of, bells, clock
from core.acting import present
from core.errors import BadArguments, ObjectMissing, PravilaError
from core.said import said
from rules.change_requests import ChangeRequest
from rules.document.model import content_hash
from rules.reach import change_of, stated
from rules.reading import document_of, live_document, read
from rules.rule_sets import HOUSE, RuleSet

USUAL = timedelta(days=90)
SILENT = timedelta(seconds=60)  # a process that is heard of no more has ended
KEPT = 500  # rows; the oldest go


class NotRunning(PravilaError):
    """Backtest {id} is {state} already. Look at its result, or start another."""

    status = 409
    code = "not-running"


class Backtest(models.Model):
    """`live` maps each set to the content hash of its version, and under KEY/house and KEY/SEGMENT those of which it stays on
    a former version; `document` is the draft of set `key`. Events of time in
    [`since`, `until`) up to log position `end` are looked at, so that it can be computed again: `digest` is the hash of
    its `result`, which grows while it runs. `reach` is what waited when it was started. `lease` is of the process."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    request = models.ForeignKey(
        ChangeRequest, models.CASCADE, related_name="backtests", verbose_name=_("change request")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    key = models.CharField(_("set"), max_length=100)
    document = models.JSONField(_("draft"))
    draft_hash = models.CharField(_("draft's hash"), max_length=64)
    live = models.JSONField(_("live versions"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    end = models.BigIntegerField(_("up to position"))
    position = models.BigIntegerField(_("position"), default=0)
    result = models.JSONField(_("result"), default=dict)
    digest = models.CharField(_("result's hash"), max_length=64, default="")
    reach = models.JSONField(_("what waits"), default=list)
    problem = models.TextField(_("problem"), default="")
    lease = models.CharField(max_length=32, default="")
    actor = models.CharField(_("by"), max_length=100)
    created_at = models.DateTimeField(_("created at"))
    heard_at = models.DateTimeField(_("heard of at"))
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("backtest")
        verbose_name_plural = _("backtests")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["state"], name="backtest_open", condition=models.Q(state__in=["waiting", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {clock.day_of(self.since)} – {clock.day_of(self.until)}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def customer(self) -> str:
        """The only customer whose events it is about; empty where it is about more."""
        return self.key if self.key.startswith("customer:") else ""

    @property
    def progress(self) -> float:
        """The part of the log that was looked at, from 0 to 1."""
        if not self.is_open and self.state != self.State.CANCELLED:
            return 1.0
        return min(1.0, self.position / self.end) if self.end else 0.0


def start(request: ChangeRequest, since: datetime | None = None, until: datetime | None = None) -> Backtest:
    """Have a change request held against history; without times the last 90 days. Raises BadArguments."""
    now = clock.now()
    until = until or now
    since = since or until - USUAL
    for moment in (since, until):
        if moment.tzinfo is None:
            raise BadArguments(
                what=said("The backtest"), problem="its times need their offset, as in 2026-03-01T00:00:00Z"
            )
    if since >= until:
        raise BadArguments(what=said("The backtest"), problem="it ends before it begins")
    key = request.rule_set.key
    document, problems = read(request.text, key)
    if document is None:
        raise BadArguments(
            what=said("The backtest"),
            problem=said("the change request cannot be read: {message}", message=problems[0].message),
        )
    sets = RuleSet.objects.exclude(live=None).select_related("live", "stays_on", "stays_on_segment")
    live = {one.key: one.live.content_hash for one in sets.defer("live__document", "live__text") if one.live}
    stays = {f"{one.key}/house": one.stays_on.content_hash for one in sets if one.stays_on}
    stays |= {
        f"{one.key}/{one.stays_in}": one.stays_on_segment.content_hash if one.stays_on_segment else ""
        for one in sets
        if one.stays_in
    }
    waits = [
        {"name": one.reach.name, "title": str(one.reach.title), "count": one.count, "listed": one.listed}
        for one in stated(change_of(document_of(request.rule_set.live, key), document, live_document(HOUSE)))
    ]
    with transaction.atomic():
        made = Backtest.objects.create(
            request=request, key=key, document=document.data, draft_hash=content_hash(document), live=live | stays,
            since=since, until=until, end=as_of.newest_position(), reach=waits, actor=present().actor.ref,
            created_at=now, heard_at=now,
        )  # fmt: skip
        old = Backtest.objects.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1]
        Backtest.objects.filter(pk__lte=max(old, default=0)).delete()
        transaction.on_commit(bells.ring_backtests)
    return made


def find(key: int) -> Backtest:
    """Raises ObjectMissing."""
    found = Backtest.objects.select_related("request__rule_set").filter(pk=key).first()
    if found is None:
        raise ObjectMissing(ref=f"simulation:{key}")
    return found


def cancel(key: int) -> Backtest:
    """End it; what was found so far stays. Raises ObjectMissing, NotRunning."""
    ended = Backtest.objects.filter(pk=key, state__in=("waiting", "running")).update(state="cancelled", lease="")
    found = find(key)
    if not ended:
        raise NotRunning(id=key, state=found.get_state_display())
    return found


def claim(key: int) -> Backtest | None:
    """The backtest, which this process alone computes from now on; None where it does not wait."""
    lease = uuid.uuid4().hex
    claimed = Backtest.objects.filter(pk=key, state="waiting").update(
        state="running", lease=lease, heard_at=clock.now()
    )
    return find(key) if claimed else None


def report(mine: Backtest, position: int, result: dict[str, Any], seconds: float, *, done: bool = False) -> bool:
    """Store what was found so far. False where it is this process's no more: somebody cancelled it."""
    more = {"state": "done", "digest": digest_of(result), "lease": ""} if done else {}
    rows = Backtest.objects.filter(pk=mine.pk, state="running", lease=mine.lease)
    return bool(rows.update(position=position, result=result, heard_at=clock.now(), seconds=round(seconds, 2), **more))


def fail(key: int, problem: str, lease: str | None = None) -> None:
    """It ended before it was done."""
    rows = Backtest.objects.filter(pk=key, state="running")
    (rows.filter(lease=lease) if lease else rows).update(state="failed", problem=problem[:2000], lease="")


def bury_silent() -> int:
    """Those of whose process nothing was heard for long have failed."""
    silent = Backtest.objects.filter(state="running", heard_at__lt=clock.now() - SILENT)
    return silent.update(state="failed", problem=str(_("Its process ended. Start it again.")), lease="")


def waiting() -> list[int]:
    return list(Backtest.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True))


def digest_of(result: dict[str, Any]) -> str:
    text = json.dumps(result, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
