"""Public holidays of Romania, held against the days that were and will be off."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.holidays import orthodox_easter, romanian


@pytest.mark.parametrize(
    "easter",
    ["1924-04-27", "2000-04-30", "2010-04-04", "2016-05-01", "2021-05-02", "2023-04-16", "2024-05-05",
     "2025-04-20", "2026-04-12", "2027-05-02", "2100-05-02"],
)  # fmt: skip
def test_orthodox_easter(easter: str) -> None:
    assert orthodox_easter(int(easter[:4])) == date.fromisoformat(easter)


def test_the_holidays_of_2026() -> None:
    days = "01-01 01-02 01-06 01-07 01-24 04-10 04-12 04-13 05-01 05-31 06-01 08-15 11-30 12-01 12-25 12-26"
    assert {day.strftime("%m-%d") for day in romanian(2026)} == set(days.split())


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("2023-01-06", False),
        ("2024-01-06", True),
        ("2016-01-24", False),
        ("2017-01-24", True),
        ("2017-04-14", False),
        ("2018-04-06", True),
        ("2011-11-30", False),
        ("2012-11-30", True),
    ],
)
def test_a_holiday_counts_from_the_year_in_which_it_became_law(day: str, off: bool) -> None:
    assert (date.fromisoformat(day) in romanian(int(day[:4]))) is off


@given(st.integers(1, 9999))
def test_easter_is_a_sunday_in_every_year(year: int) -> None:
    assert orthodox_easter(year).weekday() == 6
    assert all(day.year == year for day in romanian(year))
