"""SQLite whose transactions take the server's writer lock before they begin and give it back when they end."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.sqlite3 import base

from core.sqlite.lock import FifoLock

_locks: dict[str, FifoLock] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """One writer at a time per database file within this server; other servers wait in SQLite's own queue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._writing: FifoLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        lock = _locks.setdefault(os.fspath(self.settings_dict["NAME"]), FifoLock())
        if self._writing is None:
            lock.acquire()
            self._writing = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._stop_writing()
            raise

    def _stop_writing(self) -> None:
        lock, self._writing = self._writing, None
        if lock is not None:
            lock.release()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._stop_writing()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._stop_writing()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._stop_writing()
