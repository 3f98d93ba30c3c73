"""Tallies: how often something happened on a day, counted from the logs in the background, so that pages read few rows.

A log is a table that only grows. Its rows are counted once they are older than any open transaction, so that none that
commits late is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, Max
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from core import clock
from core.events import Event
from core.registry import Registry

SETTLED = timedelta(minutes=2)  # longer than any transaction that writes to a log
CHUNK = 5_000
CHUNKS = 8  # of one pass
LONGEST = 120

Counts = Counter[tuple[str, str, date]]  # (kind, name, day) -> how often, or how much


class Tally(models.Model):
    """How often `name` of one `kind` was seen on a day of the calendar here; of a figure, its sum in minor units."""

    kind = models.CharField(_("kind"), max_length=30)
    name = models.CharField(_("name"), max_length=LONGEST)
    day = models.DateField(_("day"))
    count = models.BigIntegerField(_("count"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [models.UniqueConstraint(fields=["kind", "day", "name"], name="tally_kind_day_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.day}: {self.count}"


class TallyMark(models.Model):
    """Up to which position a log is `counted`, and up to which it had grown at `seen_at`."""

    log = models.CharField(primary_key=True, max_length=30)
    counted = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("counted up to")
        verbose_name_plural = _("counted up to")

    def __str__(self) -> str:
        return f"{self.log}: {self.counted}"


@dataclass(frozen=True)
class Log:
    """A table that only grows; `count` says what its rows after one position up to another one come to."""

    model: type[models.Model]
    count: Callable[[int, int], Counts]


@dataclass(frozen=True)
class Figure:
    """An amount of money to sum up by day and currency: the fact `take` of events of a type."""

    name: str
    event: str
    take: str
    title: Any


logs: Registry[Log] = Registry("log")
figures: Registry[Figure] = Registry("figure")


def count(settled: timedelta = SETTLED) -> int:
    """Count what has settled in every log. Returns how many rows of logs were counted."""
    return sum(_count(name, logs.get(name), settled) for name in logs.names())


def since(day: date, *kinds: str) -> dict[tuple[str, str], dict[date, int]]:
    """(kind, name) -> day -> count, from `day` on. The present day's last minutes are not counted yet."""
    found: dict[tuple[str, str], dict[date, int]] = {}
    rows = Tally.objects.filter(kind__in=kinds, day__gte=day)
    for kind, name, on, number in rows.values_list("kind", "name", "day", "count"):
        found.setdefault((kind, name), {})[on] = number
    return found


def _count(name: str, log: Log, settled: timedelta) -> int:
    TallyMark.objects.get_or_create(log=name, defaults={"seen_at": clock.now()})
    done = 0
    for _chunk in range(CHUNKS):
        with transaction.atomic():
            mark = TallyMark.objects.select_for_update().get(log=name)
            if mark.counted >= mark.seen:
                mark.seen = log.model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
                mark.seen_at = clock.now()
                mark.save()
            if mark.counted >= mark.seen or clock.now() - mark.seen_at < settled:
                return done
            upto = min(mark.seen, mark.counted + CHUNK)
            add(log.count(mark.counted, upto))
            done += upto - mark.counted
            mark.counted = upto
            mark.save(update_fields=["counted"])
    return done


def add(counts: Mapping[tuple[str, str, date], int]) -> None:
    """Add to the tallies, in the open transaction."""
    rows = [(kind, name[:LONGEST], day, number) for (kind, name, day), number in sorted(counts.items()) if number]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO core_tally (kind, name, day, count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (kind, day, name) DO UPDATE SET count = core_tally.count + excluded.count",
            rows,
        )


def _events(after: int, upto: int) -> Counts:
    rows = Event.objects.filter(pk__gt=after, pk__lte=upto, live=True).order_by()
    found: Counts = Counter()
    for kind, day, number in rows.values_list("type", TruncDate("at", tzinfo=clock.ZONE)).annotate(Count("pk")):
        found["event", kind, day] += number
    for figure in figures:
        for at, facts in rows.filter(type=figure.event).values_list("at", "facts"):
            noun, _dot, name = figure.take.partition(".")
            money = facts.get(noun, {}).get(name)
            if isinstance(money, dict) and isinstance(money.get("minor"), int):
                found[figure.name, str(money.get("currency")), clock.day_of(at)] += money["minor"]
    return found


logs.add("events", Log(Event, _events))
