"""The table of traps: each has tests, and these are there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rules.document.yaml_text import read_yaml

TESTS = Path(__file__).parents[1]
[(TRAPS, _lines)] = read_yaml((Path(__file__).parent / "traps.yaml").read_text(encoding="utf-8"))


@cache
def found_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("name", "row"), TRAPS.items(), ids=list(TRAPS))
def test_a_trap_has_tests_that_are_there(name: str, row: dict[str, Any]) -> None:
    assert row["trap"]
    assert row["tests"]
    for place in row["tests"]:
        file, _colons, test = place.partition("::")
        assert test in found_in(file), place


def test_no_trap_of_the_source_is_missing(shared: Path) -> None:
    text = (shared / "facts" / "RECEIVERS.md").read_text(encoding="utf-8")
    chapter = text.partition("\n## 8.")[2].partition("\n## 9.")[0]
    wanted = {line.split("|")[1].strip() for line in chapter.splitlines() if line.startswith("| T")}
    assert len(wanted) == 20
    assert wanted == set(TRAPS)
