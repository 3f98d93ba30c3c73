"""Durations as rules write them: 30m, 12h, 3d, 2w, 1mo, 2wd. They hang on a moment in the data, never on the clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from rules.calendars import DEFAULT, find

D = TypeVar("D", date, datetime)
_TEXT = re.compile(r"(-?)([0-9]{1,6})(mo|wd|m|h|d|w)")
_ROUGHLY = {"mo": 30 * 86_400, "wd": 7 * 86_400 / 5}
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` of `unit` (m, h, d, w, mo, or wd for working days); negative goes back in time."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: Any) -> Duration | None:
        """Read text such as "-3d"; None where it is no duration."""
        found = _TEXT.fullmatch(text) if type(text) is str else None
        return cls(int(found[1] + found[2]), found[3]) if found else None

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def seconds(self) -> int | None:
        """Its length in seconds; None for months and working days, whose length depends on where they start."""
        return self.amount * _SECONDS[self.unit] if self.unit in _SECONDS else None

    @property
    def rank(self) -> int:
        """Seconds for comparing bounds; a month counts as 30 days, five working days as a week."""
        return round(self.amount * (_SECONDS | _ROUGHLY)[self.unit])

    def after(self, start: date | datetime, calendar_name: str = DEFAULT) -> date | datetime | None:
        """The moment this long after `start`. A month later is the same day, or the month's last; working days are
        those of the calendar. All but minutes and hours are counted on the wall clock of its zone, and as they stand where
        `start` has no offset. None where time ends, hours are asked of a plain date, or there is no such calendar."""
        try:
            if self.unit in ("m", "h"):
                return start + timedelta(seconds=self.seconds or 0) if isinstance(start, datetime) else None
            found = find(calendar_name)
            if found is None:
                return None
            if self.unit == "wd":
                return found.add_working_days(start, self.amount)
            if not isinstance(start, datetime) or start.tzinfo is None:
                return self._moved(start)
            there = start.astimezone(ZoneInfo(found.zone))
            moved = self._moved(there.replace(tzinfo=None))
            return found.instant(moved.date(), moved.time(), there.fold).astimezone(start.tzinfo)
        except (OverflowError, ValueError):
            return None

    def _moved(self, start: D) -> D:
        return _months(start, self.amount) if self.unit == "mo" else start + timedelta(seconds=self.seconds or 0)


def _months(start: D, amount: int) -> D:
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
