"""Running the same thing in several threads at once, each with a database connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T | Exception]:
    """What each act returned or raised; all begin together."""
    start = Barrier(len(acts), timeout=30)

    def run(act: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def ended_or_waiting(thread: Thread, *, seconds: float = 60) -> None:
    """Return as soon as `thread` has ended, or some session of this database waits for a lock of PostgreSQL."""
    end = time.monotonic() + seconds
    while thread.is_alive() and not sessions("wait_event_type = 'Lock'"):
        assert time.monotonic() < end, f"after {seconds:.0f} s it has neither ended nor waits"
        thread.join(0.02)


def sessions(which: str = "true") -> int:
    """How many sessions of programs this PostgreSQL database has; its own vacuuming, which comes at any time, is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would tell the same again and again
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND backend_type = 'client backend' AND {which}"
        )
        return int(cursor.fetchone()[0])
