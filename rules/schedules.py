"""Schedules: the five fields of a crontab, read on the wall clock of a calendar's zone. Asked about a span of time that
it is given; a schedule never looks at a clock. The fields mean what POSIX crontab says, with steps and names added:
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/crontab.html"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.said import said
from rules.calendars import Calendar

MAX_LENGTH = 200
_ITEM = re.compile(r"(?:\*|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?")
_FIELDS = (
    (said("minute"), 0, 59, ()),
    (said("hour"), 0, 23, ()),
    (said("day of the month"), 1, 31, ()),
    (said("month"), 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    (said("day of the week"), 0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class BadSchedule(ValueError):
    """Text that is no schedule; says what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times of day on matching days. `weekdays` has 0 for Sunday. Where both kinds of days are narrowed, a day of
    `either` will do. Each time of a day is one moment: one that a spring night skips comes an hour later, together with
    the one that is due there anyway, and of one that an autumn night has twice the first counts."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    @classmethod
    def parse(cls, text: Any) -> Schedule:
        """Read text such as "0 8 * * mon-fri". Raises BadSchedule, also where no day ever matches."""
        fields = text.lower().split() if type(text) is str and len(text) <= MAX_LENGTH else []
        if len(fields) != len(_FIELDS):
            raise BadSchedule(
                said(
                    'a schedule has five fields: minute, hour, day of the month, month, day of the week; write "0 8 * * *"'
                )
            )
        minutes, hours, days, months, weekdays = (
            _field(written, *known) for written, known in zip(fields, _FIELDS, strict=True)
        )
        weekdays = frozenset(day % 7 for day in weekdays)
        either = not fields[2].startswith("*") and not fields[4].startswith("*")
        if not either and not any(min(days) <= _LONGEST[month] for month in months):
            raise BadSchedule(said("no month of this schedule has a day {min}; name a day that comes", min=min(days)))
        return cls(minutes, hours, days, months, weekdays, either)

    def is_on(self, day: date) -> bool:
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_month or by_week if self.either else by_month and by_week)

    def between(self, after: datetime, to: datetime, calendar: Calendar) -> Iterator[datetime]:
        """The moments in (after, to], in order, in UTC. Its cost is that of the days between them."""
        zone = ZoneInfo(calendar.zone)
        # a skipped time falls on its own day still, so the days of both ends are enough
        day, last = after.astimezone(zone).date(), to.astimezone(zone).date()
        while day <= last:
            if self.is_on(day):
                yield from (found for found in self._of_day(day, calendar) if after < found <= to)
            if day == date.max:
                return
            day += timedelta(days=1)

    def following(self, after: datetime, calendar: Calendar) -> datetime | None:
        """The first moment after `after`, in UTC; None where there is none within nine years."""
        try:
            end = after + timedelta(days=9 * 366)
        except OverflowError:
            end = datetime.max.replace(tzinfo=UTC)
        return next(self.between(after, end, calendar), None)

    def _of_day(self, day: date, calendar: Calendar) -> list[datetime]:
        return sorted({calendar.instant(day, time(hour, minute)) for hour in self.hours for minute in self.minutes})


def _field(written: str, name: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for item in written.split(","):
        parts = _ITEM.fullmatch(item)
        if parts is None:
            raise BadSchedule(
                said(
                    "{item} is no {name}; write *, a number from {low} to {high}, 1-5, */15 or a list of these",
                    item=item,
                    name=name,
                    low=low,
                    high=high,
                )
            )
        start = _number(parts[1], name, low, high, names) if parts[1] else low
        end = _number(parts[2], name, low, high, names) if parts[2] else high if not parts[1] or parts[3] else start
        step = int(parts[3] or 1)
        if end < start or not step:
            raise BadSchedule(
                said("{item} names no {name}; write the smaller number first, and a step from 1", item=item, name=name)
            )
        found.update(range(start, end + 1, step))
    return frozenset(found)


def _number(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> int:
    # the first name stands for the lowest number of its field
    number = int(text) if text.isdecimal() else names.index(text) + low if text in names else -1
    if not low <= number <= high:
        raise BadSchedule(
            said("{text} is no {name}; write a number from {low} to {high}", text=text, name=name, low=low, high=high)
        )
    return number
