"""Connections of threads that end: closed at once, however long the garbage collector takes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from threading import Thread

import pytest
from django.db import connection

from tests.faults.stack import wait_until


@pytest.fixture
def _uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _lives(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend])
        return bool(cursor.fetchone()[0])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_uncollected")
def test_a_thread_that_ends_leaves_no_connection_behind() -> None:
    backends: list[int] = []
    thread = Thread(target=lambda: backends.append(_backend()))
    thread.start()
    thread.join()
    wait_until(lambda: not _lives(backends[0]), seconds=10, what="the end of the thread's connection")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_uncollected")
def test_that_which_a_thread_opened_instead_serves_it_and_is_closed_too() -> None:
    backends: list[int] = []

    def work() -> None:
        backends.append(_backend())
        connection.close()
        backends.extend(_backend() for _time in range(2))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert backends[0] != backends[1] == backends[2]
    wait_until(lambda: not _lives(backends[2]), seconds=10, what="the end of the thread's connection")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_forked_process_leaves_the_connections_of_its_parent_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", faults.append)
    backends: list[int] = []
    seen, ends = os.pipe(), os.pipe()

    def work() -> None:
        backends.append(_backend())
        os.write(seen[1], b"x")
        os.read(ends[0], 1)
        backends.append(_backend())

    thread = Thread(target=work)
    thread.start()
    os.read(seen[0], 1)
    if (child := os.fork()) == 0:
        os._exit(len(faults))
    _child, ended = os.waitpid(child, 0)
    os.write(ends[1], b"x")
    thread.join()
    for pipe in (*seen, *ends):
        os.close(pipe)
    assert (ended, backends[0]) == (0, backends[1])
