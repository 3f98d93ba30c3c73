"""Bells: "there is work in this queue", never which. Coalesced, so that a burst of commits rings a few times only.

Of each bell one message waits at most, whoever rings and however long no worker takes it: Redis remembers that it was sent
until a worker takes it. A lost ring costs latency, never an effect: the sweeper finds what no bell announced.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from core.celery import app

log = logging.getLogger(__name__)
DISPATCH = "dispatch"
WEBHOOKS = "webhooks"
MOMENTS = "moments"
BACKTESTS = "backtests"
QUEUES = ("high", "default", "low", "email", "reports")
WAITING_MS = 2000  # after which a message that no worker took counts as lost


class Bells:
    """The rung bells of one server. `listeners` are woken when a bell rings; each reads what it is about."""

    def __init__(self, send: Callable[[str], None] | None = None) -> None:
        self._rung: set[str] = set()
        self._changed = threading.Condition()
        self._send = send
        self._ringer: threading.Thread | None = None

    def ring(self, name: str) -> None:
        """Ring bell `name`; cheap, never fails, may be called in any number."""
        with self._changed:
            self._rung.add(name)
            self._changed.notify_all()
            if self._send and not (self._ringer and self._ringer.is_alive()):  # none lives on in a forked child
                self._ringer = threading.Thread(target=self._forward, args=(self._send,), name="bells", daemon=True)
                self._ringer.start()

    def wait(self, names: set[str], timeout: float) -> set[str]:
        """Those of `names` that rang, taken down; empty where none did within `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._rung & names), timeout)
            rung = self._rung & names
            self._rung -= rung
            return rung

    def _forward(self, send: Callable[[str], None]) -> None:
        while True:
            for name in self.wait({DISPATCH, WEBHOOKS, MOMENTS, BACKTESTS, *QUEUES}, timeout=3600):
                try:
                    send(name)
                except (OperationalError, RedisError, OSError) as error:
                    log.warning("bell not sent", extra={"bell": name, "reason": str(error)})
                except Exception:
                    log.exception("bell not sent", extra={"bell": name})
            time.sleep(1 / settings.CONFIG.bells_per_second)


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)


def _send_unless_waiting(name: str) -> None:
    redis, key = _redis(settings.CONFIG.redis_url), f"pravila:bell:{name}"
    if not redis.set(key, "", nx=True, px=WAITING_MS):
        return
    try:
        _send_by_celery(name)
    except BaseException:
        redis.delete(key)
        raise


def taken(name: str) -> None:
    """A worker has the message of bell `name`, and begins its work only now: what rings from here on is sent again."""
    if settings.CONFIG.embedded:
        return
    try:
        _redis(settings.CONFIG.redis_url).delete(f"pravila:bell:{name}")
    except RedisError as error:
        log.warning("bell not taken down", extra={"bell": name, "reason": str(error)})


def _send_by_celery(name: str) -> None:
    if name in (DISPATCH, WEBHOOKS, MOMENTS):
        app.send_task(f"actions.{name}", queue="high", ignore_result=True)
    elif name == BACKTESTS:
        app.send_task("actions.backtests", queue="reports", ignore_result=True)
    else:
        app.send_task("actions.run", args=[name], queue=name, ignore_result=True)


BELLS = Bells(send=None if settings.CONFIG.embedded else _send_unless_waiting)


def ring_dispatch() -> None:
    """There are events to decide."""
    BELLS.ring(DISPATCH)


def ring_queue(name: str) -> None:
    """There are action runs due in queue `name`."""
    BELLS.ring(name)


def ring_webhooks() -> None:
    """There are webhooks to process."""
    BELLS.ring(WEBHOOKS)


def ring_moments() -> None:
    """There are moments that are due, or a publication whose moments are to be derived."""
    BELLS.ring(MOMENTS)


def ring_backtests() -> None:
    """There are backtests that wait for a process."""
    BELLS.ring(BACKTESTS)
