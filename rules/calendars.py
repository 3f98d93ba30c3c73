"""Calendars: when a house is open, by the clock of its zone. A calendar is data and is asked about moments that it is
given; it never looks at a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import catalog
from rules.holidays import romanian

Hours = tuple[tuple[time, time], ...]
DEFAULT = "office-hours"
MAX_WORKING_DAYS = 10_000  # of a duration; about forty years
LOOK_AHEAD = 800  # days without an opening after which a calendar counts as closed for good
MIDNIGHT = time(0)


@dataclass(frozen=True)
class Calendar:
    """Opening hours by weekday (0 is Monday) in `zone`, as from and to; to midnight is time(0). `holidays` has the days
    of a year on which it stays closed. Moments need an offset; an hour that a spring night skips comes an hour later,
    and one that an autumn night has twice is open both times."""

    name: str
    title: Any
    zone: str
    week: Mapping[int, Hours]
    holidays: Callable[[int], frozenset[date]]

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        near = (day - timedelta(days=1), day)
        return any(start <= moment < end for found in near for start, end in self._spans(found))

    def next_opening(self, moment: datetime) -> datetime | None:
        """`moment` itself where it is open then, else the next opening, in the zone of `moment`; None where there is
        none in sight."""
        try:
            if self.is_open(moment):
                return moment
            day = moment.astimezone(ZoneInfo(self.zone)).date()
            days = (day + timedelta(days=number) for number in range(-1, LOOK_AHEAD))
            starts = (start for found in days for start, _ in self._spans(found) if start >= moment)
            opening = next(starts, None)
            return opening.astimezone(moment.tzinfo) if opening else None
        except OverflowError:
            return None

    def add_working_days(self, moment: date, days: int) -> date:
        """The same time of day so many working days later, or earlier where `days` is negative; the day of `moment`
        itself never counts. A date, or a time without an offset, is moved as it stands. Raises OverflowError where time
        ends, or the calendar has no such day within forty years."""
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            return moment + timedelta(days=self._days(_day(moment), days))
        local = moment.astimezone(ZoneInfo(self.zone))
        there = local.replace(tzinfo=None, fold=0) + timedelta(days=self._days(local.date(), days))
        return there.replace(tzinfo=ZoneInfo(self.zone), fold=local.fold).astimezone(moment.tzinfo) if days else moment

    def is_working_day(self, day: date) -> bool:
        return bool(self.week.get(day.weekday())) and day not in self.holidays(day.year)

    def instant(self, day: date, at: time, fold: int = 0) -> datetime:
        """When it is `at` on a day, in UTC; `fold` chooses the second of two."""
        early, late = (datetime.combine(day, at, ZoneInfo(self.zone)).replace(fold=side) for side in (0, 1))
        # in the hour that a spring night skips, fold 0 is the later instant; there the fold asked for says nothing
        skipped = early.utcoffset() < late.utcoffset()  # type: ignore[operator]
        return (early if skipped or not fold else late).astimezone(UTC)

    def _days(self, start: date, count: int) -> int:
        """How many days lie between `start` and the `count`-th working day from it."""
        if abs(count) > MAX_WORKING_DAYS:
            raise OverflowError
        step = 1 if count > 0 else -1
        passed, found, closed = 0, 0, 0
        while found < abs(count):
            passed += step
            closed = 0 if self.is_working_day(start + timedelta(days=passed)) else closed + 1
            found += not closed
            if closed > LOOK_AHEAD:
                raise OverflowError
        return passed

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """From and to of each opening of a day, in UTC."""
        if not self.is_working_day(day):
            return
        for start, end in self.week[day.weekday()]:
            yield self.instant(day, start, 0), self.instant(day + timedelta(days=end == MIDNIGHT), end, 1)


def find(name: Any) -> Calendar | None:
    """The declared calendar of this name."""
    found = catalog.calendars.find(name) if type(name) is str else None
    return found if isinstance(found, Calendar) else None


def standard() -> Calendar:
    """The calendar by which dates, schedules and working days are counted. Raises NotDeclared."""
    found: Calendar = catalog.calendars.get(DEFAULT)
    return found


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


catalog.calendars.add(
    DEFAULT,
    Calendar(
        DEFAULT,
        "office hours: Monday to Friday, 9 to 17, in Romania",
        "Europe/Bucharest",
        dict.fromkeys(range(5), ((time(9), time(17)),)),
        romanian,
    ),
)
