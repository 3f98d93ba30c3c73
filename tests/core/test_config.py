"""The page for operators names every variable that is read and every knob, with its value."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from core.config import Config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
READ = set(re.findall(r"""(?:environ\.get|_flag|_list)\(\s*"(\w+)\"""", (ROOT / "core" / "config.py").read_text()))
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, re.MULTILINE))


def test_the_page_names_exactly_the_variables_that_are_read() -> None:
    assert {name for name in ROWS if name.isupper()} == READ


@pytest.mark.parametrize("knob", [field for field in fields(Config) if field.default is not MISSING])
def test_the_page_gives_the_value_of_each_knob(knob: object) -> None:
    name, value = knob.name, knob.default  # type: ignore[attr-defined]
    assert float(ROWS[name]) == float(value)
