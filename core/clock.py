"""What time it is. Storage is UTC; a test or a rehearsal turns its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_turned: ContextVar[datetime | None] = ContextVar("turned_clock", default=None)


def now() -> datetime:
    """The present moment in UTC, or the moment to which this context's clock was turned."""
    return _turned.get() or datetime.now(UTC)


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
