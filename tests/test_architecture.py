"""The shape of the code, held by a machine: rooms, small files, imports at the top, tests that mirror."""

from __future__ import annotations

import ast
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "rules", "state_machines", "actions", "admin_ui")
MAX_LINES, MEDIAN_LINES = 250, 90


def files(*rooms: str) -> list[Path]:
    return sorted(
        path
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and path.stat().st_size
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_imports_go_down_the_rooms_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " 0 broken" in done.stdout
    assert " 0 kept" not in done.stdout


def test_the_rooms_are_all_there_and_no_other() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests"} == set(ROOMS)


@pytest.mark.parametrize("path", files(*ROOMS), ids=name)
def test_files_are_small(path: Path) -> None:
    assert lines(path) <= MAX_LINES


def test_most_files_are_much_smaller() -> None:
    assert statistics.median(map(lines, files(*ROOMS))) <= MEDIAN_LINES


def late_imports(path: Path) -> Iterator[str]:
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{name(path)}:{node.lineno}"


def test_imports_stand_at_the_top() -> None:
    """But in apps.py: models exist only when the apps are ready."""
    found = [place for path in files(*ROOMS) if path.name != "apps.py" for place in late_imports(path)]
    assert found == []


def test_every_file_says_what_it_is_for() -> None:
    silent = [name(path) for path in files(*ROOMS) if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_nobody_asks_for_the_time_but_the_clock() -> None:
    """A rehearsal turns the clock; what looked elsewhere would not follow."""
    allowed = {"core/clock.py", "core/logs.py"}
    found = [
        f"{name(path)}:{node.lineno}"
        for path in files(*ROOMS)
        if name(path) not in allowed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date", "timezone")
    ]
    assert found == []


def test_tests_mirror_the_code() -> None:
    """tests/<room>/… has the folders of the room, and each folder of code with rules of its own has tests."""
    strange = [
        name(folder)
        for room in ROOMS
        for folder in {path.parent for path in (ROOT / "tests" / room).rglob("test_*.py")}
        if not (ROOT / folder.relative_to(ROOT / "tests")).is_dir()
    ]
    assert strange == []
    assert [room for room in ROOMS if not list((ROOT / "tests" / room).glob("test_*.py"))] == []
