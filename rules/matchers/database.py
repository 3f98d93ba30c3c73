"""The database in memory that columns are made in: one for a process, for it takes longer to open than most questions."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Any

import duckdb

THREADS, MEMORY = 2, "768MB"
_opening = threading.Lock()
_opened: dict[int, Any] = {}  # by process: threads do not come along into a forked one


def connected() -> Any:
    """A connection with tables of its own, to be closed. It spills to a temporary folder, reads no other files than it is
    told, and loads nothing; all of a process share its memory limit."""
    with _opening:
        if os.getpid() not in _opened:
            _opened[os.getpid()] = duckdb.connect(
                ":memory:",
                config={
                    "threads": THREADS,
                    "memory_limit": MEMORY,
                    "temp_directory": tempfile.gettempdir(),
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                },
            )
        connection = _opened[os.getpid()].cursor()
    connection.execute("SET TimeZone='UTC'")
    return connection
