"""Connections of threads that end. Django leaves them open until the garbage collector comes, which may take hours;
with a server whose threads come and go they would pile up until the database takes no more."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_of_thread = threading.local()


class _UntilTheEnd:
    """Kept by the thread alone, so that it goes when the thread does, and closes the connection as it goes."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection, self._process = connection, os.getpid()

    def __del__(self) -> None:
        if os.getpid() == self._process:  # in a forked child every other thread ends, and their connections go on
            self._connection.close()


def closed_with_thread(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Close a connection that this thread has just opened when the thread ends. That of the main thread is left alone."""
    kept = vars(_of_thread)
    if connection.alias in kept or threading.current_thread() is threading.main_thread():
        return
    if connection in connections.all(initialized_only=True):  # a copy belongs to who made it
        kept[connection.alias] = _UntilTheEnd(connection)
