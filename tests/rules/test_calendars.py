"""Calendars: open, next opening and working days, also in the nights in which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import calendars
from rules.calendars import DEFAULT, Calendar, find
from rules.durations import Duration
from tests.rules.cases import event, says

OFFICE = calendars.get(DEFAULT)
NONE: frozenset[date] = frozenset()
DAYS = range(7)


def calendar(*hours: tuple[int, int, int, int], days: Any = DAYS) -> Calendar:
    """Open on `days` in Bucharest, without holidays; each of `hours` is hour and minute, from and to."""
    week = tuple((time(a, b), time(c % 24, d)) for a, b, c, d in hours)
    return Calendar("test", "", "Europe/Bucharest", dict.fromkeys(days, week), lambda year: NONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-03-03T09:00:00+02:00", True, "2026-03-03T09:00:00+02:00"),
        ("2026-03-03T08:59:59+02:00", False, "2026-03-03T09:00:00+02:00"),
        ("2026-03-03T16:59:59+02:00", True, "2026-03-03T16:59:59+02:00"),
        ("2026-03-03T17:00:00+02:00", False, "2026-03-04T09:00:00+02:00"),
        ("2026-03-03T07:00:00+00:00", True, "2026-03-03T07:00:00+00:00"),
        ("2026-03-06T20:00:00+02:00", False, "2026-03-09T09:00:00+02:00"),
        ("2026-04-09T18:00:00+03:00", False, "2026-04-14T09:00:00+03:00"),  # Good Friday to Easter Monday
        ("2026-12-24T18:00:00+02:00", False, "2026-12-28T09:00:00+02:00"),
        ("2026-12-31T18:00:00+02:00", False, "2027-01-04T09:00:00+02:00"),
        ("2026-07-01T06:00:00+00:00", True, "2026-07-01T06:00:00+00:00"),
        ("2026-12-02T06:59:59+00:00", False, "2026-12-02T07:00:00+00:00"),
    ],
)
def test_office_hours(moment: str, is_open: bool, opens: str) -> None:
    assert OFFICE.is_open(at(moment)) is is_open
    assert OFFICE.next_opening(at(moment)) == at(opens)
    happened = event(at=moment)
    assert says({"fact": "event.at", "op": "during", "value": DEFAULT}, happened) is is_open


@pytest.mark.parametrize("seen", [None, 5, "soon", "2026-03-03", "2026-03-03T10:00:00"])
def test_what_is_no_moment_is_unknown(seen: Any) -> None:
    assert says({"fact": "event.at", "op": "during", "value": DEFAULT}, event(at=seen)) is None


def test_a_calendar_that_nobody_declared_is_unknown() -> None:
    assert find("night") is find(5) is None
    assert says({"fact": "event.at", "op": "during", "value": "night"}, event()) is None
    assert Duration(3, "wd").after(date(2026, 3, 3), "night") is None


# On 2026-03-29 at 03:00 (+02:00) the clocks of Bucharest go to 04:00 (+03:00); on 2026-10-25 at 04:00 (+03:00) to 03:00.
@pytest.mark.parametrize(
    ("hours", "moment", "is_open", "opens"),
    [
        ((2, 0, 5, 0), "2026-03-29T02:59:00+02:00", True, "2026-03-29T02:59:00+02:00"),
        ((2, 0, 5, 0), "2026-03-29T04:00:00+03:00", True, "2026-03-29T04:00:00+03:00"),
        ((2, 0, 5, 0), "2026-03-29T05:00:00+03:00", False, "2026-03-30T02:00:00+03:00"),
        ((3, 30, 6, 0), "2026-03-29T04:29:00+03:00", False, "2026-03-29T04:30:00+03:00"),
        ((3, 30, 6, 0), "2026-03-29T04:30:00+03:00", True, "2026-03-29T04:30:00+03:00"),
        ((1, 0, 3, 30), "2026-03-29T04:29:00+03:00", True, "2026-03-29T04:29:00+03:00"),
        ((3, 10, 3, 40), "2026-03-29T04:20:00+03:00", True, "2026-03-29T04:20:00+03:00"),
        ((3, 0, 3, 30), "2026-10-25T03:10:00+03:00", True, "2026-10-25T03:10:00+03:00"),
        ((3, 0, 3, 30), "2026-10-25T03:10:00+02:00", True, "2026-10-25T03:10:00+02:00"),
        ((3, 0, 3, 30), "2026-10-25T03:30:00+02:00", False, "2026-10-26T03:00:00+02:00"),
        ((9, 0, 17, 0), "2026-03-28T17:00:00+02:00", False, "2026-03-29T09:00:00+03:00"),
        ((9, 0, 17, 0), "2026-10-24T17:00:00+03:00", False, "2026-10-25T09:00:00+02:00"),
        ((22, 0, 24, 0), "2026-03-28T23:59:59+02:00", True, "2026-03-28T23:59:59+02:00"),
        ((22, 0, 24, 0), "2026-03-29T00:00:00+02:00", False, "2026-03-29T22:00:00+03:00"),
    ],
)
def test_the_nights_in_which_the_clocks_change(
    hours: tuple[int, int, int, int], moment: str, is_open: bool, opens: str
) -> None:
    assert calendar(hours).is_open(at(moment)) is is_open
    assert calendar(hours).next_opening(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-03T10:00:00+02:00", 0, "2026-03-03T10:00:00+02:00"),
        ("2026-03-03T10:00:00+02:00", 1, "2026-03-04T10:00:00+02:00"),
        ("2026-03-06T10:00:00+02:00", 1, "2026-03-09T10:00:00+02:00"),
        ("2026-03-07T10:00:00+02:00", 1, "2026-03-09T10:00:00+02:00"),
        ("2026-03-09T10:00:00+02:00", -1, "2026-03-06T10:00:00+02:00"),
        ("2026-03-07T10:00:00+02:00", -1, "2026-03-06T10:00:00+02:00"),
        ("2026-04-09T10:00:00+03:00", 2, "2026-04-15T10:00:00+03:00"),
        ("2026-03-27T10:00:00+02:00", 1, "2026-03-30T10:00:00+03:00"),
        ("2026-10-23T10:00:00+03:00", 1, "2026-10-26T10:00:00+02:00"),
        ("2026-10-26T10:00:00+02:00", -1, "2026-10-23T10:00:00+03:00"),
        ("2026-03-06T23:30:00+00:00", 1, "2026-03-08T23:30:00+00:00"),  # Saturday already, by the clock of Bucharest
    ],
)
def test_working_days_keep_the_time_of_day(start: str, days: int, end: str) -> None:
    found = OFFICE.add_working_days(at(start), days)
    assert found == at(end)
    assert found.tzinfo == at(start).tzinfo
    assert Duration(days, "wd").after(at(start)) == found


def test_working_days_of_a_night_without_the_hour() -> None:
    every_day = calendar((0, 0, 24, 0))
    assert every_day.add_working_days(at("2026-03-28T03:30:00+02:00"), 1) == at("2026-03-29T04:30:00+03:00")


def test_dates_and_clock_times_are_moved_as_they_stand() -> None:
    assert OFFICE.add_working_days(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert OFFICE.add_working_days(datetime(2026, 3, 6, 18), 1) == datetime(2026, 3, 9, 18)  # noqa: DTZ001


def test_a_calendar_that_never_opens() -> None:
    closed = calendar((9, 0, 17, 0), days=())
    assert closed.next_opening(at("2026-03-03T10:00:00+02:00")) is None
    assert closed.is_open(at("2026-03-03T10:00:00+02:00")) is False
    with pytest.raises(OverflowError):
        closed.add_working_days(date(2026, 3, 3), 1)
    assert Duration(999_999, "wd").after(date(2026, 3, 3)) is None
    assert Duration(9_000, "wd").after(date(9999, 1, 1)) is None
    assert OFFICE.next_opening(datetime.max.replace(tzinfo=UTC)) is None


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.integers(-12, 12))
def test_the_next_opening_is_open_and_nothing_is_between(moment: datetime, zone: int) -> None:
    shown = moment.astimezone(timezone(timedelta(hours=zone)))
    opening = OFFICE.next_opening(shown)
    assert opening is not None
    assert OFFICE.is_open(opening)
    assert opening >= moment
    assert opening == OFFICE.next_opening(moment) == OFFICE.next_opening(opening)
    if opening > moment:
        assert not OFFICE.is_open(moment)
        assert not OFFICE.is_open(moment + (opening - moment) / 2)
        assert not OFFICE.is_open(opening - timedelta(microseconds=1))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 40), st.integers(1, 40))
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    there = OFFICE.add_working_days(OFFICE.add_working_days(day, first), second)
    assert there == OFFICE.add_working_days(day, first + second)
    assert OFFICE.is_working_day(there)
    between = (day + timedelta(days=number) for number in range(1, (there - day).days + 1))
    assert sum(map(OFFICE.is_working_day, between)) == first + second


def test_bounds_compare_working_days_with_days() -> None:
    assert Duration(5, "wd").rank == Duration(1, "w").rank
    assert Duration(1, "wd").rank > Duration(1, "d").rank
