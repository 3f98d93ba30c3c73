"""Periods of months keep their day where there is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.clock import ZONE
from state_machines.periods import days_later, months_later


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 3, 31), 12, (2027, 3, 31)),
        ((2026, 3, 31), 120, (2036, 3, 31)),
    ],
)
def test_months_later(day: tuple[int, int, int], months: int, then: tuple[int, int, int]) -> None:
    assert months_later(datetime(*day, 9, 30, tzinfo=ZONE), months) == datetime(*then, 9, 30, tzinfo=ZONE)


def test_months_are_those_of_the_wall_clock() -> None:
    """Half past midnight of 1 March in Bucharest is still February in UTC, and a month later it is 1 April."""
    begun = datetime(2026, 3, 1, 0, 30, tzinfo=ZONE).astimezone(UTC)
    assert begun.month == 2
    assert months_later(begun, 1) == datetime(2026, 4, 1, 0, 30, tzinfo=ZONE)
    assert months_later(begun, 1, UTC) == datetime(2026, 3, 28, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun", "days", "end"),
    [
        ((2026, 10, 20, 0, 30), 14, (2026, 11, 3, 0, 30)),
        ((2026, 3, 20, 23, 30), 14, (2026, 4, 3, 23, 30)),
        ((2026, 3, 28, 3, 30), 1, (2026, 3, 29, 4, 30)),
        ((2026, 7, 1, 9, 0), 0, (2026, 7, 1, 9, 0)),
    ],
)
def test_days_are_those_of_the_wall_clock(begun: tuple[int, ...], days: int, end: tuple[int, ...]) -> None:
    """Two weeks over a night in which the clock is changed end on the same weekday, not an hour into the one beside it."""
    first, last = (datetime(*at, tzinfo=ZONE) for at in (begun, end))  # type: ignore[misc]
    assert days_later(first.astimezone(UTC), days) == last.astimezone(UTC)
