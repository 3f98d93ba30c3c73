"""How many requests a token may send in a minute; what is beyond waits for the next one.

Embedded there is one process, and it counts in memory; distributed, Redis counts for all. A counter that does not answer
lets everybody through: it is there against runaway programs, and is no lock.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from core.errors import PravilaError

log = logging.getLogger(__name__)
WINDOW_SECONDS = 60


class TooMany(PravilaError):
    """This token has sent more than {most} requests within a minute. Send the next one in {seconds} seconds, or many
    objects in one request."""

    status = 429
    code = "too-many-requests"


class InMemory:
    """Counts of the present window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window, self._counts = 0, dict[str, int]()

    def count(self, name: str, window: int) -> int:
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name]


class InRedis:
    """Counts in keys that Redis forgets by itself."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)

    def count(self, name: str, window: int) -> int:
        key = f"pravila:requests:{window}:{name}"
        try:
            batch = self._redis.pipeline(transaction=False)
            batch.incr(key)
            batch.expire(key, 2 * WINDOW_SECONDS)
            counted = batch.execute()[0]
        except RedisError as error:
            log.warning("requests are not counted", extra={"reason": str(error)})
            return 0
        return int(counted)


@cache
def _counter(redis_url: str) -> InMemory | InRedis:
    return InRedis(redis_url) if redis_url else InMemory()


def demand_room(name: str) -> None:
    """Count one request of `name`. Raises TooMany beyond `api_per_minute`; nothing is counted where that is 0."""
    config = settings.CONFIG
    if not config.api_per_minute:
        return
    window, passed = divmod(time.time(), WINDOW_SECONDS)
    if _counter(config.redis_url).count(name, int(window)) > config.api_per_minute:
        raise TooMany(most=config.api_per_minute, seconds=max(1, round(WINDOW_SECONDS - passed)))
