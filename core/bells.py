"""Bells: "there is work in this queue", never which. Coalesced, so that a burst of commits rings a few times only.

A lost ring costs latency, never an effect: the sweeper finds what no bell announced.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from kombu.exceptions import OperationalError

from core.celery import app

log = logging.getLogger(__name__)
DISPATCH = "dispatch"
WEBHOOKS = "webhooks"
QUEUES = ("high", "default", "low", "email", "reports")


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
            for name in self.wait({DISPATCH, WEBHOOKS, *QUEUES}, timeout=3600):
                try:
                    send(name)
                except (OperationalError, OSError) as error:
                    log.warning("bell not sent", extra={"bell": name, "reason": str(error)})
                except Exception:
                    log.exception("bell not sent", extra={"bell": name})
            time.sleep(1 / settings.CONFIG.bells_per_second)


def _send_by_celery(name: str) -> None:
    if name == DISPATCH:
        app.send_task("actions.dispatch", queue="high", ignore_result=True)
    elif name == WEBHOOKS:
        app.send_task("actions.webhooks", queue="high", ignore_result=True)
    else:
        app.send_task("actions.run", args=[name], queue=name, ignore_result=True)


BELLS = Bells(send=None if settings.CONFIG.embedded else _send_by_celery)


def ring_dispatch() -> None:
    """There are events to decide."""
    BELLS.ring(DISPATCH)


def ring_queue(name: str) -> None:
    """There are action runs due in queue `name`."""
    BELLS.ring(name)


def ring_webhooks() -> None:
    """There are webhooks to process."""
    BELLS.ring(WEBHOOKS)
