"""When a failed run is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST_SECONDS, FACTOR, LONGEST_SECONDS = 5.0, 3.0, 6 * 3600.0


def delay(attempt: int, asked: float | None = None) -> timedelta:
    """The wait after failed attempt number `attempt` (1, 2, …): 5 s, 15 s, 45 s … at most 6 h, each ±20 % of jitter.

    Never less than the seconds that the other side asked for. Jitter keeps runs that failed together from coming back
    together.
    """
    seconds = min(FIRST_SECONDS * FACTOR ** (attempt - 1), LONGEST_SECONDS) * random.uniform(0.8, 1.2)
    return timedelta(seconds=max(seconds, (asked or 0) * random.uniform(1.0, 1.2)))
