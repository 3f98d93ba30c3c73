"""Schedules: what they name, held against a walk through every minute, and the nights in which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import calendars
from rules.calendars import DEFAULT
from rules.schedules import BadSchedule, Schedule

OFFICE = calendars.get(DEFAULT)
ZONE = ZoneInfo(OFFICE.zone)


def moments(text: str, after: str, to: str) -> list[str]:
    found = Schedule.parse(text).between(datetime.fromisoformat(after), datetime.fromisoformat(to), OFFICE)
    return [moment.astimezone(ZONE).isoformat(timespec="minutes") for moment in found]


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    stepped = st.tuples(spans | st.just("*"), st.integers(1, 12)).map(lambda two: f"{two[0]}/{two[1]}")
    return st.just("*") | st.lists(number.map(str) | spans | stepped, min_size=1, max_size=3).map(",".join)


def named(field: str, number: int, low: int, high: int) -> bool:
    """Whether a field names a number, said without the code under test."""
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        if number in list(range(int(first), int(last or first) + 1))[:: int(step or 1)]:
            return True
    return False


@given(
    st.tuples(numbers(0, 59), numbers(0, 23), numbers(1, 28), numbers(1, 12), numbers(0, 6)),
    st.dates(date(2024, 1, 1), date(2028, 12, 30)),
)
def test_a_schedule_names_the_minutes_that_a_walk_through_the_day_finds(fields: tuple[str, ...], day: date) -> None:
    minute, hour, of_month, month, of_week = fields
    midnight = datetime.combine(day, time())
    by_month, by_week = named(of_month, day.day, 1, 31), named(of_week, day.isoweekday() % 7, 0, 6)
    narrowed = not of_month.startswith("*") and not of_week.startswith("*")
    comes = named(month, day.month, 1, 12) and ((by_month or by_week) if narrowed else (by_month and by_week))
    walls = [midnight + timedelta(minutes=number) for number in range(1440)] if comes else []
    walls = [wall for wall in walls if named(minute, wall.minute, 0, 59) and named(hour, wall.hour, 0, 23)]
    expected = sorted({wall.replace(tzinfo=ZONE).astimezone(UTC) for wall in walls})
    start = midnight.replace(tzinfo=ZONE).astimezone(UTC) - timedelta(minutes=1)
    end = (midnight + timedelta(days=1)).replace(tzinfo=ZONE).astimezone(UTC) - timedelta(minutes=1)
    assert list(Schedule.parse(" ".join(fields)).between(start, end, OFFICE)) == expected


@given(st.lists(st.integers(0, 3 * 24 * 60), max_size=8), st.sampled_from(["2026-03-28", "2026-10-24", "2028-02-28"]))
def test_spans_that_meet_miss_nothing_and_repeat_nothing(cuts: list[int], start: str) -> None:
    """A clock that asks about the span since it last asked, however often, finds each moment once."""
    schedule, first = Schedule.parse("*/20 * * * *"), datetime.fromisoformat(start).replace(tzinfo=UTC)
    edges = [first + timedelta(minutes=cut) for cut in sorted({0, *cuts, 3 * 24 * 60})]
    pieces = [found for a, b in pairwise(edges) for found in schedule.between(a, b, OFFICE)]
    assert pieces == list(schedule.between(edges[0], edges[-1], OFFICE))
    assert len(pieces) == len(set(pieces)) > 200


@pytest.mark.parametrize(
    ("text", "after", "to", "expected"),
    [
        ("30 3 * * *", "2026-03-29T00:00+02:00", "2026-03-30T00:00+03:00", ["2026-03-29T04:30+03:00"]),
        ("30 3,4 * * *", "2026-03-29T00:00+02:00", "2026-03-30T00:00+03:00", ["2026-03-29T04:30+03:00"]),
        ("30 3 * * *", "2026-10-25T00:00+03:00", "2026-10-26T00:00+02:00", ["2026-10-25T03:30+03:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00+02:00", "2032-01-01T00:00+02:00", ["2028-02-29T00:00+02:00"]),
        ("0 8 31 * *", "2026-03-31T08:00+03:00", "2026-06-30T00:00+03:00", ["2026-05-31T08:00+03:00"]),
        ("0 8 * * 7", "2026-03-06T00:00+02:00", "2026-03-09T00:00+02:00", ["2026-03-08T08:00+02:00"]),
        ("0 8 * * SUN", "2026-03-06T00:00+02:00", "2026-03-09T00:00+02:00", ["2026-03-08T08:00+02:00"]),
        ("0 8 1 jan-feb *", "2026-01-01T08:00+02:00", "2026-12-09T00:00+02:00", ["2026-02-01T08:00+02:00"]),
    ],
)
def test_moments_of_a_schedule(text: str, after: str, to: str, expected: list[str]) -> None:
    assert moments(text, after, to) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "five fields"),
        ("0 8 * *", "five fields"),
        ("0 8 * * *" + " " * 200, "five fields"),
        ("60 8 * * *", "60 is no minute; write a number from 0 to 59"),
        ("0 24 * * *", "24 is no hour"),
        ("0 8 0 * *", "0 is no day of the month"),
        ("0 8 * foo *", "foo is no month"),
        ("0 8 * * 1-", "1- is no day of the week"),
        ("0 8 5-1 * *", "the smaller number first"),
        ("*/0 8 * * *", "a step from 1"),
        ("\u0663 8 * * *", "is no minute"),
        ("0 8 30 2 *", "no month of this schedule has a day 30"),
    ],
)
def test_what_is_no_schedule_says_why(text: Any, says: str) -> None:
    with pytest.raises(BadSchedule, match=says):
        Schedule.parse(text)
