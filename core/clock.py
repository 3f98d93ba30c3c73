"""What time it is, and what day. Storage is UTC, days are those of the calendar at home; a test or a rehearsal turns its own
clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Bucharest")
_turned: ContextVar[datetime | None] = ContextVar("turned_clock", default=None)


def now() -> datetime:
    """The present moment in UTC, or the moment to which this context's clock was turned."""
    return _turned.get() or datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The day of the calendar at home in which a moment lies: at 22:30 UTC of 31 July it is 1 August in Bucharest."""
    return moment.astimezone(ZONE).date()


def today() -> date:
    """The present day of the calendar at home: the one of prices, tax rates and last days."""
    return day_of(now())


@contextmanager
def turned_to(moment: datetime) -> Iterator[None]:
    """Within this block, `now()` is `moment`. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    token = _turned.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _turned.reset(token)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds where there are any: the shape in which facts carry moments."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
