"""Periods of months keep their day where there is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from state_machines.periods import months_later


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
    assert months_later(datetime(*day, 9, 30, tzinfo=UTC), months) == datetime(*then, 9, 30, tzinfo=UTC)
