"""Backtests run in a process of their own, embedded too: their memory and their crashes are not the server's."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

from django.conf import settings
from django.utils.translation import gettext as _

from core.config import BASE_DIR
from rules.simulation import backtests
from rules.simulation.nursery import Forked, Nursery

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
_nurseries: list[Nursery] = []  # one, where one was made ready


def make_ready() -> None:
    """Have a process stand by, so that the next backtest need not load everything first. Nothing where one does."""
    if not settings.CONFIG.backtests_ready or (_nurseries and not _nurseries[0].ended):
        return
    _nurseries[:] = [Nursery()]


def run_waiting(stopping: threading.Event | None = None) -> int:
    """Run every backtest that waits, one after the other, and bury those that ended in silence; `stopping` ends them. How
    many were run."""
    backtests.bury_silent()
    keys = backtests.waiting()
    for key in keys:
        if code := _ended(_started(key), stopping):
            log.warning("a backtest's process ended badly", extra={"backtest": key, "code": code})
            backtests.fail(key, _("Its process ended (%(code)s). Start it again.") % {"code": code})
    return len(keys)


def _started(key: int) -> Forked | subprocess.Popen[bytes]:
    """Forked from what stands by; where nothing does a process that loads everything."""
    if _nurseries and (forked := _nurseries[0].fork(key)):
        return forked
    command = [sys.executable, str(BASE_DIR / "manage.py"), "run_backtest", str(key)]
    return subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.DEVNULL)  # noqa: S603


def _ended(child: Forked | subprocess.Popen[bytes], stopping: threading.Event | None) -> int:
    while True:
        try:
            return child.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if stopping is not None and stopping.is_set():
                child.terminate()
