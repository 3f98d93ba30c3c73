"""The writer lock of SQLite: first come, first served, and given back however a transaction ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction

from core.machine import perform
from core.sqlite import base
from core.sqlite.lock import FifoLock
from tests.fines.models import Fine, Letter
from tests.kit import a_fine
from tests.parallel import at_once

THREADS, EACH = 8, 25


class Queue:
    """Threads that line up at a lock one after the other, and the order in which they are served."""

    def __init__(self, lock: FifoLock) -> None:
        self.lock = lock
        self.served: list[int] = []
        self.threads: list[threading.Thread] = []

    def line_up(self, number: int) -> None:
        waiting = len(self.lock._waiting)
        thread = threading.Thread(target=self._serve, args=(number,), daemon=True)
        self.threads.append(thread)
        thread.start()
        wait_until(lambda: len(self.lock._waiting) > waiting)

    def _serve(self, number: int) -> None:
        self.lock.acquire()
        self.served.append(number)
        self.lock.release()

    def end(self) -> None:
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive()


def wait_until(happened: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _try in range(4000):
        if happened():
            return
        pause.wait(0.005)
    raise AssertionError("it does not happen")


class TestFifoLock:
    def test_serves_in_the_order_in_which_they_came(self) -> None:
        lock = FifoLock()
        lock.acquire()
        queue = Queue(lock)
        for number in range(20):
            queue.line_up(number)
        assert queue.served == []
        lock.release()
        queue.end()
        assert queue.served == list(range(20))

    def test_nobody_who_comes_later_gets_in_between(self) -> None:
        lock = FifoLock()
        lock.acquire()
        queue = Queue(lock)
        queue.line_up(1)
        lock.release()
        lock.acquire()
        assert queue.served == [1]
        lock.release()
        queue.end()

    def test_is_free_again_after_the_last(self) -> None:
        lock = FifoLock()
        for _lap in range(3):
            lock.acquire()
            lock.release()
        assert not lock._held

    def test_who_gives_up_waiting_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ctrl-C reaches a waiter: its turn must not be handed to nobody."""
        lock = FifoLock()
        lock.acquire()
        real = threading.Lock

        class Interrupted:
            def __init__(self) -> None:
                self.lock = real()
                self.first = True

            def acquire(self) -> bool:
                if self.first:
                    self.first = False
                    return self.lock.acquire()
                raise KeyboardInterrupt

            def release(self) -> None:
                self.lock.release()

        monkeypatch.setattr("core.sqlite.lock.threading.Lock", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
        monkeypatch.undo()
        lock.release()
        assert not lock._held


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
class TestWriters:
    @staticmethod
    def lock() -> FifoLock:
        return base._locks[str(connection.settings_dict["NAME"])]

    def free(self) -> bool:
        """Whether another thread can write at once."""
        lock = self.lock()
        return not lock._held and not lock._waiting and at_once(partial(a_fine, case="free"))[0] == Fine.objects.get()

    def test_all_succeed_and_are_served_in_turn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fines = [a_fine(case=str(number)).ref for number in range(THREADS)]
        served: list[int] = []
        acquire = FifoLock.acquire

        class Ordered(FifoLock):
            def acquire(self) -> None:
                acquire(self)
                served.append(threading.get_ident())

        monkeypatch.setitem(base._locks, str(connection.settings_dict["NAME"]), Ordered())

        def write(ref: str) -> int:
            for _lap in range(EACH):
                perform(ref, "payment", arguments={"paid_minor": 1})
            return threading.get_ident()

        writers = at_once(*(partial(write, ref) for ref in fines))
        assert all(isinstance(writer, int) for writer in writers), writers
        assert [served.count(writer) for writer in writers] == [EACH] * THREADS  # type: ignore[arg-type]
        assert list(Fine.objects.values_list("paid_minor", flat=True)) == [EACH] * THREADS
        runs = sum(one != other for one, other in pairwise(served))
        assert runs > THREADS * EACH / 3, "whoever was served stands behind all who wait, so the turns alternate"

    def test_free_after_a_commit(self) -> None:
        with transaction.atomic():
            assert not Fine.objects.exists()
            assert self.lock()._held
        assert self.free()

    def test_free_after_an_exception(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            a_fine(case="gone")
            raise ZeroDivisionError
        assert self.free()

    def test_free_after_a_rollback(self) -> None:
        with transaction.atomic():
            a_fine(case="gone")
            transaction.set_rollback(True)
        assert self.free()

    def test_free_after_an_exception_in_a_savepoint(self) -> None:
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                raise ZeroDivisionError
            assert self.lock()._held
        assert self.free()

    def test_free_after_a_statement_that_fails(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
        assert self.free()

    def test_free_after_a_commit_that_fails(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO auth_user_groups (user_id, group_id) VALUES (9999, 9999)")
        assert self.free()

    def test_free_after_the_connection_is_closed(self) -> None:
        def leave() -> None:
            connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
            Letter.objects.create(case="x", kind="penalty", key="x")
            assert self.lock()._held
            connection.close()

        assert at_once(leave) == [None]
        assert not Letter.objects.exists()
        assert self.free()

    def test_free_when_the_transaction_cannot_begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_self: object) -> None:
            raise DatabaseError("the disk is gone")

        Fine.objects.count()
        with monkeypatch.context() as broken:
            broken.setattr(base.base.DatabaseWrapper, "_start_transaction_under_autocommit", refuse)
            with pytest.raises(DatabaseError, match="the disk is gone"), transaction.atomic():
                pass
        assert self.free()

    def test_readers_do_not_wait_for_the_writer(self) -> None:
        a_fine(case="seen")
        with transaction.atomic():
            Fine.objects.create(case="unseen", article=1, amount_minor=1)
            assert at_once(Fine.objects.count) == [1]
