"""A backtest's process: it is started for each that waits, and what it leaves when it is killed is its own row."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config import BASE_DIR
from rules.simulation import backtests, launching, nursery
from rules.simulation.backtests import Backtest
from rules.simulation.nursery import Nursery
from tests.faults.stack import wait_until
from tests.rules.simulation.made import BEGIN, END, house, live
from tests.rules.simulation.test_running import request_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Backtest:
    live(house(500, 3))
    return backtests.start(request_of(house(300, 2)), BEGIN, END)


def _stands_in(monkeypatch: pytest.MonkeyPatch, script: str, path: Path) -> None:
    """In the place of manage.py stands a script."""
    (path / "manage.py").write_text(script)
    monkeypatch.setattr(launching, "BASE_DIR", path)


def test_each_that_waits_gets_a_process(made: Backtest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _stands_in(monkeypatch, "import sys; open('asked', 'w').write(' '.join(sys.argv[1:]))", tmp_path)
    assert launching.run_waiting() == 1
    assert (tmp_path / "asked").read_text() == f"run_backtest {made.pk}"


def test_one_that_is_killed_has_failed(made: Backtest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _stands_in(monkeypatch, "import os; os.kill(os.getpid(), 9)", tmp_path)
    monkeypatch.setattr(backtests, "waiting", lambda: [made.pk])
    Backtest.objects.filter(pk=made.pk).update(state="running")
    launching.run_waiting()
    found = backtests.find(made.pk)
    assert found.state == "failed"
    assert str(-signal.SIGKILL) in found.problem


def test_a_server_that_stops_ends_it(made: Backtest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _stands_in(monkeypatch, "import time; time.sleep(600)", tmp_path)
    stopping = threading.Event()
    stopping.set()
    assert launching.run_waiting(stopping) == 1  # and not after ten minutes


def test_what_stands_by_is_asked_first(
    made: Backtest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.CONFIG = replace(settings.CONFIG, backtests_ready=True)
    script = (
        f"import sys; sys.path.insert(0, {str(BASE_DIR)!r}); from rules.simulation.nursery import serve\n"
        "key = serve(int(sys.argv[3]))\n"
        "if key: open('forked', 'w').write(str(key))"
    )
    _stands_in(monkeypatch, script, tmp_path)
    monkeypatch.setattr(nursery, "BASE_DIR", tmp_path)
    monkeypatch.setattr(launching, "_nurseries", [])
    launching.make_ready()
    (standing_by,) = launching._nurseries
    try:
        launching.make_ready()
        assert launching._nurseries == [standing_by]  # one is enough
        launching.run_waiting()
        assert (tmp_path / "forked").read_text() == str(made.pk)
    finally:
        standing_by.close()


def test_where_it_has_ended_a_process_is_started_as_ever(
    made: Backtest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _stands_in(monkeypatch, "", tmp_path)
    monkeypatch.setattr(nursery, "BASE_DIR", tmp_path)
    ended = Nursery()
    wait_until(lambda: ended.ended, seconds=60, what="its end")
    monkeypatch.setattr(launching, "_nurseries", [ended])
    _stands_in(monkeypatch, "import sys; open('asked', 'w').write(' '.join(sys.argv[1:]))", tmp_path)
    launching.run_waiting()
    assert (tmp_path / "asked").read_text() == f"run_backtest {made.pk}"
    ended.close()
