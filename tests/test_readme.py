"""What the README shows works: its rules check, its Python can be read and its imports exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from rules.checks import check
from rules.document.load import load

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "rules" / "packs" / "house.yaml").read_text(encoding="utf-8")
RULES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", RULES)
def test_its_rules_check_and_its_overlay_fits_the_first_rules_of_the_house(text: str) -> None:
    loaded = load(text if "set: house" in text else f"{HOUSE}\n---\n{text}", name="rules.yaml")
    assert [str(problem) for problem in (*loaded.problems, *check(loaded.documents))] == []


@pytest.mark.parametrize("text", PYTHON)
def test_what_its_python_imports_exists(text: str) -> None:
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) and node.module != "parcels"]
    assert imports
    exec(compile(ast.Module(imports, []), "README.md", "exec"), {})


def test_the_files_that_it_names_are_there() -> None:
    named = re.findall(r"`((?:core|rules|state_machines|actions|admin_ui|tests)/[a-z_./]*)`", PAGE)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_it_shows_rules_and_python() -> None:
    assert (len(RULES), len(PYTHON)) == (2, 4)
