"""What stands by forks a process for each backtest, tells how it ended, and ends with those who could ask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import BASE_DIR
from rules.simulation import nursery
from rules.simulation.nursery import Forked, Nursery
from tests.faults.stack import wait_until

SCRIPT = f"""
import os, sys, time
sys.path.insert(0, {str(BASE_DIR)!r})
from rules.simulation.nursery import serve
key = serve(int(sys.argv[3]))
if key is None:
    sys.exit()
with open(f"{{key}}.part", "w") as file:
    file.write(f"{{os.getpid()}} {{os.getppid()}}")
os.rename(f"{{key}}.part", str(key))
if key == 2:
    sys.exit(3)
if key > 2:
    time.sleep(600)
"""


@pytest.fixture
def stands_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Nursery]:
    """In the place of manage.py stands a script: it ends well for 1, with 3 for 2, and not by itself for others."""
    (tmp_path / "manage.py").write_text(SCRIPT)
    monkeypatch.setattr(nursery, "BASE_DIR", tmp_path)
    made = Nursery()
    yield made
    made.close()


def _forked(stands_by: Nursery, key: int) -> Forked:
    found = stands_by.fork(key)
    assert found is not None
    return found


def _pids(path: Path, key: int) -> tuple[int, int]:
    """Of the forked, and of the process that forked it."""
    wait_until((path / str(key)).exists, seconds=60, what="a forked process")
    pid, parent = (path / str(key)).read_text().split()
    return int(pid), int(parent)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_has_a_process_and_its_end_is_told(stands_by: Nursery, tmp_path: Path) -> None:
    assert _forked(stands_by, 1).wait(60) == 0
    assert _forked(stands_by, 2).wait(60) == 3
    (first, parent), (second, other) = _pids(tmp_path, 1), _pids(tmp_path, 2)
    assert parent == other
    assert len({first, second, parent}) == 3


def test_the_end_of_one_that_is_killed_is_told(stands_by: Nursery, tmp_path: Path) -> None:
    killed, going = _forked(stands_by, 3), _forked(stands_by, 4)
    os.kill(_pids(tmp_path, 3)[0], signal.SIGKILL)
    assert killed.wait(60) == -signal.SIGKILL
    with pytest.raises(subprocess.TimeoutExpired):
        going.wait(0.05)
    going.terminate()
    assert going.wait(60) == -signal.SIGTERM


def test_whoever_waits_may_go_away(stands_by: Nursery, tmp_path: Path) -> None:
    forgotten = _forked(stands_by, 3)
    pid, _parent = _pids(tmp_path, 3)
    forgotten._told.close()
    assert _forked(stands_by, 1).wait(60) == 0
    assert _runs(pid)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not _runs(pid), seconds=60, what="its burial")


def test_it_ends_with_those_who_could_ask_and_what_it_forked_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "manage.py").write_text(SCRIPT)
    monkeypatch.setattr(nursery, "BASE_DIR", tmp_path)
    made = Nursery()
    forked = _forked(made, 3)
    pid, parent = _pids(tmp_path, 3)
    made.close()
    assert not _runs(parent)
    assert _runs(pid)
    assert forked.wait(60) == 1  # nobody is left who could tell
    os.kill(pid, signal.SIGKILL)


def test_where_it_has_ended_there_is_none(stands_by: Nursery, tmp_path: Path) -> None:
    _forked(stands_by, 1).wait(60)
    assert not stands_by.ended
    os.kill(_pids(tmp_path, 1)[1], signal.SIGKILL)
    wait_until(lambda: stands_by.ended, seconds=60, what="its end")
    assert stands_by.fork(1) is None


def test_an_interrupt_of_the_terminal_does_not_end_it(stands_by: Nursery, tmp_path: Path) -> None:
    _forked(stands_by, 1).wait(60)
    os.kill(_pids(tmp_path, 1)[1], signal.SIGINT)
    going = _forked(stands_by, 3)
    os.kill(_pids(tmp_path, 3)[0], signal.SIGINT)
    assert going.wait(60) not in (0, 3)  # but what it forked


def test_no_thread_and_no_connection_is_there_to_be_shared(tmp_path: Path) -> None:
    says = (
        "import os, django; django.setup(); from django.db import connection; "
        "from rules.management.commands import run_backtest; "
        "print(len(os.listdir('/proc/self/task')), connection.connection)"
    )
    done = subprocess.run(
        [sys.executable, "-c", says],
        cwd=BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "core.settings", "PRAVILA_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["1", "None"]
