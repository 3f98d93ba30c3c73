"""Durations as rules write them: 30m, 12h, 3d, 2w, 1mo, 2wd. They hang on a moment in the data, never on the clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rules.calendars import DEFAULT, find

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
        those of the calendar. None where time ends, hours are asked of a plain date, or there is no such calendar."""
        try:
            if self.unit == "wd":
                found = find(calendar_name)
                return found.add_working_days(start, self.amount) if found else None
            if self.unit == "mo":
                return _months(start, self.amount)
            if not isinstance(start, datetime) and self.unit in ("m", "h"):
                return None
            return start + timedelta(seconds=self.seconds or 0)
        except (OverflowError, ValueError):
            return None


def _months(start: date, amount: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
