"""Moments: derived once each, whatever the date does, and in the nights in which the clocks change."""

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
from rules.durations import Duration
from rules.kinds import as_moment
from rules.moments import Known, Moment, Standing, between, due, of_date, of_state, scheduled
from rules.schedules import Schedule

OFFICE = calendars.get(DEFAULT)
ZONE = ZoneInfo(OFFICE.zone)
TEN = time(10)
BEGINNING, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def durations(*texts: str) -> tuple[Duration, ...]:
    found = tuple(Duration.parse(text) for text in texts)
    assert all(found)
    return tuple(duration for duration in found if duration)


def known(since: str, due_at: Any = None, state: str = "issued") -> Known:
    return Known(at(since), {"invoice": {"due_at": due_at}}, state)


def local(moments: list[Moment]) -> list[str]:
    return [moment.due.astimezone(ZONE).isoformat(timespec="minutes") for moment in moments]


def dated(history: list[Known], *offsets: str, clock: time | None = TEN) -> list[Moment]:
    return between(of_date(history, ("invoice", "due_at"), durations(*offsets)), clock, BEGINNING, END, OFFICE)


@pytest.mark.parametrize(
    ("base", "offset", "clock", "expected"),
    [
        ("2026-03-01", "1d", TEN, "2026-03-02T10:00+02:00"),
        ("2026-03-01", "0d", None, "2026-03-01T00:00+02:00"),
        ("2026-03-28", "1d", TEN, "2026-03-29T10:00+03:00"),
        ("2026-03-28T03:30+02:00", "1d", None, "2026-03-29T04:30+03:00"),  # skipped: an hour later
        ("2026-03-28", "1d", time(3, 30), "2026-03-29T04:30+03:00"),
        ("2026-03-28T03:30+02:00", "24h", None, "2026-03-29T04:30+03:00"),
        ("2026-10-24T03:30+03:00", "1d", None, "2026-10-25T03:30+03:00"),  # twice: the first
        ("2026-10-24T03:30+03:00", "25h", None, "2026-10-25T03:30+02:00"),
        ("2026-10-25T03:30+02:00", "0d", None, "2026-10-25T03:30+02:00"),  # itself the second
        ("2026-10-24T12:00+03:00", "24h", None, "2026-10-25T11:00+02:00"),
        ("2026-10-24T12:00+03:00", "1d", None, "2026-10-25T12:00+02:00"),
        ("2026-10-24T12:00+03:00", "24h", TEN, "2026-10-25T10:00+02:00"),
        ("2026-01-31", "1mo", TEN, "2026-02-28T10:00+02:00"),
        ("2028-01-31", "1mo", TEN, "2028-02-29T10:00+02:00"),
        ("2028-02-29", "12mo", TEN, "2029-02-28T10:00+02:00"),
        ("2028-02-28", "1d", TEN, "2028-02-29T10:00+02:00"),
        ("2026-03-01T23:30+00:00", "-1d", TEN, "2026-03-01T10:00+02:00"),  # already the 2nd in Bucharest
        ("2026-04-09", "1wd", TEN, "2026-04-14T10:00+03:00"),  # Easter
        ("2026-03-01T09:00", "1w", None, "2026-03-08T09:00+02:00"),
    ],
)
def test_when_a_moment_is_due(base: str, offset: str, clock: time | None, expected: str) -> None:
    start = as_moment(base)
    assert start is not None
    assert due(start, durations(offset)[0], clock, OFFICE) == at(expected)


@pytest.mark.parametrize(("base", "offset"), [(date.max, "1d"), (date.min, "-1d"), (date.max, "999999mo")])
def test_where_time_ends_nothing_is_due(base: date, offset: str) -> None:
    assert due(base, durations(offset)[0], TEN, OFFICE) is None


def test_moments_are_numbered_and_the_last_one_says_so() -> None:
    found = dated([known("2026-02-01T00:00Z", "2026-03-01")], "1d", "3d", "3d", "7d")
    assert local(found) == ["2026-03-02T10:00+02:00", "2026-03-04T10:00+02:00", "2026-03-08T10:00+02:00"]
    assert [(moment.number, moment.last) for moment in found] == [(1, False), (2, False), (3, True)]


def test_a_date_that_moves_takes_along_what_was_not_due_yet() -> None:
    history = [known("2026-02-01T00:00Z", "2026-03-01"), known("2026-03-03T00:00Z", "2026-03-10")]
    assert local(dated(history, "1d", "3d")) == [
        "2026-03-02T10:00+02:00",
        "2026-03-11T10:00+02:00",
        "2026-03-13T10:00+02:00",
    ]


def test_a_date_that_moves_away_and_back_acts_once() -> None:
    history = [
        known("2026-02-01T00:00Z", "2026-03-01T00:00:00+02:00"),
        known("2026-03-03T00:00Z", "2026-06-01"),
        known("2026-03-03T12:00Z", "2026-02-28T22:00:00+00:00"),  # the first instant, written otherwise
    ]
    assert local(dated(history, "1d", "3d")) == ["2026-03-02T10:00+02:00", "2026-03-04T10:00+02:00"]


@pytest.mark.parametrize("due_at", [None, "soon", 5, {"a": 1}, "2026-02-30", "0001-01-01T00:00:00+14:00", "2020-03-01"])
def test_no_date_or_one_already_past_asks_for_nothing(due_at: Any) -> None:
    assert dated([known("2026-02-01T00:00Z", due_at)], "1d") == []


def test_time_in_a_state_begins_anew_when_it_is_left() -> None:
    history = [
        known("2026-01-01T08:00Z", state="active"),
        known("2026-01-02T08:00Z", state="suspended"),
        known("2026-01-05T08:00Z", state="suspended"),
        known("2026-01-10T08:00Z", state="active"),
        known("2026-01-12T08:00Z", state="suspended"),
    ]
    found = between(of_state(history, "suspended", durations("7d", "14d")), None, BEGINNING, END, OFFICE)
    assert [(moment.due, moment.number) for moment in found] == [
        (at("2026-01-09T08:00Z"), 1),
        (at("2026-01-19T08:00Z"), 1),
        (at("2026-01-26T08:00Z"), 2),
    ]


def test_a_schedule_finds_an_object_while_it_is_in_a_state() -> None:
    history = [known("2026-01-02T06:00Z"), known("2026-01-04T05:00Z", state="paid")]
    span = (at("2026-01-01T00:00Z"), at("2026-01-06T00:00Z"), OFFICE)
    daily = Schedule.parse("0 8 * * *")
    assert list(scheduled(history, {"issued"}, daily, *span)) == [at("2026-01-02T06:00Z"), at("2026-01-03T06:00Z")]
    assert len(list(scheduled(history, (), daily, *span))) == 4


FIRST = datetime(2026, 10, 23, tzinfo=UTC)
HOURS = 24 * 6
EVERY = list(range(HOURS))
hours = st.integers(0, HOURS).map(lambda number: FIRST + timedelta(hours=number))
bases = st.none() | hours | st.dates(date(2026, 10, 22), date(2026, 10, 28))
offset_lists = st.lists(st.sampled_from(durations("0d", "1d", "-1d", "2d", "5h", "30h", "1wd")), max_size=4).map(tuple)
histories = st.lists(st.builds(Standing, hours, bases, offset_lists), max_size=6).map(
    lambda found: sorted(found, key=lambda each: each.since)
)


@given(
    histories, st.none() | st.integers(0, 23).map(time), st.lists(st.integers(0, HOURS), max_size=6) | st.just(EVERY)
)
def test_a_clock_that_ticks_and_one_that_was_down_find_the_same(
    history: list[Standing], clock: time | None, cuts: list[int]
) -> None:
    """Held against a clock that stands beside the object each hour, with a note of what acted."""
    acted: dict[tuple[Any, Duration], datetime] = {}
    for number in range(1, HOURS + 1):
        now = FIRST + timedelta(hours=number)
        standing = next((each for each in reversed(history) if each.since <= now), None)
        if standing is None or standing.base is None:
            continue
        for offset in dict.fromkeys(standing.offsets):
            if due(standing.base, offset, clock, OFFICE) == now:
                assert (standing.base, offset) not in acted
                acted[standing.base, offset] = now
    edges = [FIRST + timedelta(hours=cut) for cut in sorted({0, *cuts, HOURS})]
    pieces = [found for a, b in pairwise(edges) for found in between(history, clock, a, b, OFFICE)]
    assert {(found.base, found.offset): found.due for found in pieces} == acted
    assert len(pieces) == len(acted)
    assert pieces == between(history, clock, edges[0], edges[-1], OFFICE)
