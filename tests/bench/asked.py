"""What the server takes to answer a page: by the clock, of its own thread's processor, and in the database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client

ROUNDS = 5
PATIENCE = 3_000  # milliseconds beyond which a page is asked once only


@dataclass(frozen=True)
class Asked:
    """Medians of several answers, in milliseconds; on SQLite the database's time is the thread's own as well."""

    status: int
    clock: float = 0.0
    own: float = 0.0
    database: float = 0.0
    statements: int = 0

    @property
    def work(self) -> float:
        """Milliseconds of work, whatever else the machine does: the thread's, and the database's where that is another process."""
        return self.own if connection.vendor == "sqlite" else self.own + self.database


class Statements:
    """Counts statements and adds up the time until each has answered."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - began

    def counting(self) -> AbstractContextManager[None]:
        return connection.execute_wrapper(self)


def asked(client: Client, path: str, query: Mapping[str, str] | None = None) -> Asked:
    """Ask once to warm up, then ROUNDS times. A page that answers anything but 200 is not measured."""
    first = client.get(path, query)
    if first.status_code != 200:
        return Asked(first.status_code)
    found = [_once(client, path, query)]
    if found[0].clock < PATIENCE:
        found = [_once(client, path, query) for _round in range(ROUNDS)]
    middle = {name: statistics.median(getattr(one, name) for one in found) for name in ("clock", "own", "database")}
    return Asked(200, **middle, statements=max(one.statements for one in found))


def _once(client: Client, path: str, query: Mapping[str, str] | None) -> Asked:
    statements = Statements()
    with statements.counting():
        clock, own = time.perf_counter(), time.thread_time()
        answer = client.get(path, query)
        own, clock = time.thread_time() - own, time.perf_counter() - clock
    return Asked(answer.status_code, clock * 1e3, own * 1e3, statements.seconds * 1e3, statements.count)
