"""The words of the glossary have their files, and the words that say nothing name nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("core", "rules", "state_machines", "actions", "admin_ui")
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([a-z ,]+) \| .* \| `([\w/.]+)` \|$", PAGE, re.MULTILINE)
_LAST = PAGE.rpartition("Not used as names: ")[2]
AVOIDED = set(_LAST.strip().rstrip(".").split(", "))


def names(path: Path) -> Iterator[str]:
    """The name of a module and of every class and function in it."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def words(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_each_word_stands_once() -> None:
    found = [word for word, _file in ROWS]
    assert len(found) == len(set(found)) == PAGE.count("\n| ") - 1
    assert len(found) > 30


@pytest.mark.parametrize("file", sorted({file for _word, file in ROWS}))
def test_the_file_of_a_word_exists(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_named_by_a_word_that_says_nothing(room: str) -> None:
    assert len(AVOIDED) == 7
    files = [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    assert files
    assert [(str(path), name) for path in files for name in names(path) if words(name) & AVOIDED] == []


def test_words_are_found_in_names_of_every_style() -> None:
    assert words("_run_in_order") == {"run", "in", "order"}
    assert words("HTTPHandler") == {"http", "handler"}
    assert words("processing") == {"processing"}
