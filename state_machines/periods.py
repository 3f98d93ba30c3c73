"""Periods of whole days and months, counted on the wall clock: a day is 23 hours long in a spring night, 25 in an autumn
one."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, tzinfo

from core.clock import ZONE


def days_later(moment: datetime, days: int) -> datetime:
    """The same time on the wall clock `days` later, in UTC."""
    return (moment.astimezone(ZONE) + timedelta(days=days)).astimezone(UTC)


def months_later(moment: datetime, months: int, zone: tzinfo = ZONE) -> datetime:
    """The same day and time on the wall clock `months` later, in UTC; the month's last day where it has no such day
    (31 January + 1: 28 or 29 February)."""
    there = moment.astimezone(zone)
    year, month = divmod(there.year * 12 + there.month - 1 + months, 12)
    day = min(there.day, calendar.monthrange(year, month + 1)[1])
    return there.replace(year=year, month=month + 1, day=day).astimezone(UTC)
