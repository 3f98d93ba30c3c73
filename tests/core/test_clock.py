"""The clock tells UTC, and each context may turn its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core import clock
from tests.parallel import at_once

THEN = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def test_it_is_now_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_a_turned_clock_stands_still_until_the_block_ends() -> None:
    with clock.turned_to(THEN):
        assert clock.now() == clock.now() == THEN
        assert clock.now().tzinfo is UTC
        with clock.turned_to(THEN + timedelta(days=1)):
            assert clock.now() == THEN + timedelta(days=1)
        assert clock.now() == THEN
    assert clock.now() > THEN + timedelta(days=1)


def test_it_is_turned_back_after_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), clock.turned_to(THEN):
        raise ZeroDivisionError
    assert clock.now() != THEN


def test_no_other_thread_sees_it_turned() -> None:
    with clock.turned_to(THEN):
        [seen] = at_once(clock.now)
    assert seen != THEN


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a moment needs its zone"), clock.turned_to(datetime(2026, 3, 1)):  # noqa: DTZ001
        pass


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 7, 31, 20, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 21, 0, tzinfo=UTC), date(2026, 8, 1)),
        (datetime(2026, 12, 31, 21, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 22, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_is_that_of_the_calendar_at_home(moment: datetime, day: date) -> None:
    with clock.turned_to(moment):
        assert clock.today() == clock.day_of(moment) == day


def test_moments_are_written_in_utc() -> None:
    assert clock.iso(THEN) == "2026-03-01T10:00:00Z"
    assert clock.iso(THEN.replace(microsecond=5)) == "2026-03-01T10:00:00.000005Z"
