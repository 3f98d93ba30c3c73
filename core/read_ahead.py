"""Reads the next while the former is used."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Asked = TypeVar("Asked")
Told = TypeVar("Told")


def read_ahead(read: Callable[[Asked], Told], asked: Iterable[Asked]) -> Generator[Told]:
    """What `read` tells of each, in their order; the next is read in a thread with a connection of its own. Within a
    transaction each is read when it is wanted, for another connection would not see the same; on SQLite too, whose file
    one connection locks for the other."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from map(read, asked)
        return
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        try:
            coming: Future[Told] | None = None
            for one in asked:
                former, coming = coming, reader.submit(read, one)
                if former is not None:
                    yield former.result()
            if coming is not None:
                yield coming.result()
        finally:
            reader.submit(_close)  # nobody waits for it here: whoever forgets to end this may be ended by the collector


def _close() -> None:
    """Close the connection of the thread in which this is called."""
    connection.close()
