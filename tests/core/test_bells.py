"""Bells: many rings become few, and a bell that cannot be sent costs nothing but a line in the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from core import bells as module
from core.bells import DISPATCH, QUEUES, Bells
from core.events import Event
from core.machine import record
from tests.kit import a_fine


def wait_until(happened: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _try in range(4000):
        if happened():
            return
        pause.wait(0.005)
    raise AssertionError("it does not happen")


class TestWait:
    def test_tells_what_rang_and_takes_it_down(self) -> None:
        bells = Bells()
        bells.ring("high")
        bells.ring("email")
        assert bells.wait({"high", "low"}, timeout=5) == {"high"}
        assert bells.wait({"high", "low"}, timeout=0) == set()
        assert bells.wait({"email"}, timeout=5) == {"email"}

    def test_gives_up_after_its_time(self) -> None:
        assert Bells().wait({"high"}, timeout=0.01) == set()

    def test_wakes_who_waits(self) -> None:
        bells, found = Bells(), []
        waiter = threading.Thread(target=lambda: found.append(bells.wait({"low"}, timeout=30)))
        waiter.start()
        bells.ring("high")
        bells.ring("low")
        waiter.join(20)
        assert found == [{"low"}]
        assert bells.wait({"high"}, timeout=0) == {"high"}

    def test_any_number_of_rings_is_one(self) -> None:
        bells = Bells()
        for _number in range(1000):
            bells.ring(DISPATCH)
        assert bells.wait({DISPATCH}, timeout=0) == {DISPATCH}
        assert bells.wait({DISPATCH}, timeout=0) == set()


class TestSending:
    def test_a_burst_is_sent_once_per_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[str] = []
        pauses: list[float] = []
        go_on = threading.Semaphore(0)

        def pause(seconds: float) -> None:
            if threading.current_thread() is not bells._ringer:
                return  # the server's own bells
            pauses.append(seconds)
            assert go_on.acquire(timeout=20)

        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=pause))
        bells = Bells(send=sent.append)
        for lap in range(1, 4):
            for _number in range(1000):
                bells.ring(DISPATCH)
            if lap > 1:  # the first is sent at once
                go_on.release()
            wait_until(lambda: len(pauses) == lap)  # noqa: B023 - asked at once
            assert sent == [DISPATCH] * lap
        assert pauses == [1 / settings.CONFIG.bells_per_second] * 3
        go_on.release()

    def test_what_rings_while_one_is_sent_is_sent_too(self) -> None:
        sent: list[str] = []
        began, go_on = threading.Event(), threading.Event()

        def send(name: str) -> None:
            sent.append(name)
            began.set()
            assert go_on.wait(20)

        bells = Bells(send=send)
        bells.ring(DISPATCH)
        assert began.wait(20)
        bells.ring(DISPATCH)
        go_on.set()
        wait_until(lambda: sent == [DISPATCH, DISPATCH])

    @pytest.mark.parametrize("error", [OperationalError("no broker"), ConnectionRefusedError("no broker")])
    def test_a_lost_broker_costs_a_line_in_the_log(self, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
        tried: list[str] = []

        def send(name: str) -> None:
            tried.append(name)
            if len(tried) == 1:
                raise error

        bells = Bells(send=send)
        with caplog.at_level(logging.WARNING):
            bells.ring("high")
            wait_until(lambda: any("bell not sent" in record.message for record in caplog.records))
        bells.ring("low")
        wait_until(lambda: tried == ["high", "low"])

    def test_a_bug_does_not_silence_the_bells_for_ever(self, caplog: pytest.LogCaptureFixture) -> None:
        tried: list[str] = []

        def send(name: str) -> None:
            tried.append(name)
            if len(tried) == 1:
                raise AttributeError("a bug in the transport")

        bells = Bells(send=send)
        bells.ring("high")
        wait_until(lambda: "a bug in the transport" in caplog.text)
        bells.ring("low")
        wait_until(lambda: tried == ["high", "low"])


@pytest.mark.redis
class TestWaiting:
    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        found: list[str] = []
        monkeypatch.setattr(module, "_send_by_celery", found.append)
        monkeypatch.setattr(module, "WAITING_MS", 600_000)  # none counts as lost because this machine is slow
        module.taken("email")
        yield found
        module.taken("email")

    def test_one_message_waits_at_most(self, sent: list[str]) -> None:
        for _process in range(3):
            module._send_unless_waiting("email")
        assert sent == ["email"]

    def test_what_rings_after_a_worker_took_it_is_sent_again(self, sent: list[str]) -> None:
        module._send_unless_waiting("email")
        module.taken("email")
        module._send_unless_waiting("email")
        assert sent == ["email", "email"]

    def test_a_message_that_nobody_takes_counts_as_lost_in_the_end(
        self, sent: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "WAITING_MS", 1)

        def sent_again() -> bool:
            module._send_unless_waiting("email")
            return len(sent) > 1

        wait_until(sent_again)

    def test_what_could_not_be_sent_does_not_wait(self, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(_name: str) -> None:
            raise OperationalError("no broker")

        with monkeypatch.context() as down:
            down.setattr(module, "_send_by_celery", fails)
            with pytest.raises(OperationalError):
                module._send_unless_waiting("email")
        module._send_unless_waiting("email")
        assert sent == ["email"]


@pytest.mark.django_db(transaction=True)
class TestTransitions:
    @pytest.fixture
    def rung(self, monkeypatch: pytest.MonkeyPatch) -> Bells:
        bells = Bells()
        monkeypatch.setattr(module, "BELLS", bells)
        return bells

    def test_ring_after_the_commit_and_not_before(self, rung: Bells) -> None:
        with transaction.atomic():
            a_fine()
            assert rung.wait({DISPATCH}, timeout=0) == set()
        assert rung.wait({DISPATCH}, timeout=0) == {DISPATCH}

    def test_that_were_taken_back_ring_nothing(self, rung: Bells) -> None:
        with transaction.atomic():
            a_fine()
            transaction.set_rollback(True)
        assert rung.wait({DISPATCH, *QUEUES}, timeout=0) == set()

    def test_go_on_without_a_broker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def send(_name: str) -> None:
            raise OperationalError("no broker")

        monkeypatch.setattr(module, "BELLS", Bells(send=send))
        fine = a_fine()
        record(fine, "fine.updated")
        assert Event.objects.filter(subject=fine.ref).count() == 2
