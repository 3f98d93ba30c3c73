"""Embedded: the worker inside the server. The same functions that Celery's tasks call, in threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from actions.dispatch import dispatch_at_bell
from actions.runner import run_due
from actions.sweeper import sweep
from core.bells import BACKTESTS, BELLS, DISPATCH, MOMENTS, QUEUES, WEBHOOKS
from rules import moment_clock
from rules.simulation import launching
from state_machines.webhook_queue import apply_due

log = logging.getLogger(__name__)


class Drain:
    """Threads that decide events and carry out runs until they are stopped."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start one dispatcher, one thread for webhooks, one for moments, one for backtests, the sweeper, one thread for high runs, and `worker_threads` for the others, of which
        the first takes no reports: a long report, or a backup, keeps no e-mail waiting."""
        self._begin("dispatch", self._dispatch)
        self._begin("webhooks", self._webhooks)
        self._begin("moments", self._moments)
        self._begin("sweep", self._sweep)
        self._begin("backtests", self._backtests)
        self._begin("run-high", lambda: self._run(("high",)))
        for number in range(settings.CONFIG.worker_threads):
            others = QUEUES[1:] if number else tuple(name for name in QUEUES[1:] if name != "reports")
            self._begin(f"run-{number}", partial(self._run, others))

    def stop(self, timeout: float = 10.0) -> None:
        """Let each thread finish what it is doing, and wait for it up to `timeout` seconds."""
        self._stopping.set()
        for name in (DISPATCH, WEBHOOKS, MOMENTS, BACKTESTS, *QUEUES):
            BELLS.ring(name)
        for thread in self._threads:
            thread.join(timeout)

    def _begin(self, name: str, loop: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._safely, args=(loop,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _safely(self, loop: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                close_old_connections()
                loop()
            except DatabaseError as error:
                log.warning("the worker lost its database and begins again", extra={"reason": str(error)})
                connection.close()
                self._stopping.wait(0.2)
            except Exception:
                log.exception("the worker stumbled and begins again")
                self._stopping.wait(1.0)
        connection.close()

    def _dispatch(self) -> None:
        dispatch_at_bell()
        BELLS.wait({DISPATCH}, settings.CONFIG.sweep_seconds)

    def _webhooks(self) -> None:
        if not apply_due():
            BELLS.wait({WEBHOOKS}, settings.CONFIG.sweep_seconds)

    def _moments(self) -> None:
        if not moment_clock.work():
            BELLS.wait({MOMENTS}, settings.CONFIG.sweep_seconds)

    def _backtests(self) -> None:
        if launching.run_waiting(self._stopping) or BELLS.wait({BACKTESTS}, settings.CONFIG.sweep_seconds):
            return
        launching.make_ready()  # nothing waits, and the server has begun

    def _run(self, queues: tuple[str, ...]) -> None:
        worked = sum(run_due(queue) for queue in queues if not self._stopping.is_set())
        if not worked:
            BELLS.wait(set(queues), settings.CONFIG.sweep_seconds)

    def _sweep(self) -> None:
        sweep()
        self._stopping.wait(settings.CONFIG.sweep_seconds)
