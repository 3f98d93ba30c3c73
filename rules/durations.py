"""Durations as rules write them: 30m, 12h, 3d, 2w, 1mo. They hang on a moment in the data, never on the clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

_TEXT = re.compile(r"(-?)([0-9]{1,6})(mo|m|h|d|w)")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` of `unit` (m, h, d, w or mo); negative goes back in time."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: Any) -> Duration | None:
        """Read text such as "-3d"; None where it is no duration."""
        found = _TEXT.fullmatch(text) if type(text) is str else None
        return cls(int(found[1] + found[2]), found[3]) if found else None

    @property
    def seconds(self) -> int | None:
        """Its length in seconds; None for months, whose length depends on where they start."""
        return self.amount * _SECONDS[self.unit] if self.unit in _SECONDS else None

    @property
    def rank(self) -> int:
        """Seconds for comparing bounds; a month counts as 30 days."""
        return self.amount * _SECONDS.get(self.unit, 30 * 86_400)

    def after(self, start: date | datetime) -> date | datetime | None:
        """The moment this long after `start`. A month later is the same day, or the month's last. None where the
        calendar ends, or hours are asked of a plain date."""
        try:
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
