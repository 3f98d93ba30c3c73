"""Public holidays by year, worked out and never looked up."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

# month, day, and the first year in which the labour code of Romania (article 139) has it
_FIXED = (
    (1, 1, 0),
    (1, 2, 0),
    (1, 6, 2024),
    (1, 7, 2024),
    (1, 24, 2017),
    (5, 1, 0),
    (6, 1, 2017),
    (8, 15, 2009),
    (11, 30, 2012),
    (12, 1, 0),
    (12, 25, 0),
    (12, 26, 0),
)
# days after Orthodox Easter: Good Friday, Easter and its Monday, Pentecost and its Monday
_MOVING = ((-2, 2018), (0, 0), (1, 0), (49, 2009), (50, 2009))


@cache
def romanian(year: int) -> frozenset[date]:
    """The public holidays of Romania in `year`."""
    fixed = {date(year, month, day) for month, day, since in _FIXED if year >= since}
    easter = orthodox_easter(year)
    return frozenset(fixed | {easter + timedelta(days=days) for days, since in _MOVING if year >= since})


def orthodox_easter(year: int) -> date:
    """Easter Sunday of the Orthodox churches, in the Gregorian calendar. The rule for the Julian calendar is that of
    Jean Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    behind = year // 100 - year // 400 - 2  # days by which the Julian calendar is behind
    return date(year, month, day + 1) + timedelta(days=behind)
