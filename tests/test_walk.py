"""The walk through the code, and the README's, name functions and files that exist."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

import core.urls  # noqa: F401 - routers are found through the addresses

ROOT = Path(__file__).parents[1]
ROOMS = r"(?:core|rules|state_machines|actions|admin_ui)"
TASKS = {"actions.run"}  # a name of Celery's, which the code gives as text
NAMED = sorted(set(re.findall(rf"`({ROOMS}(?:\.\w+)+)`", (ROOT / "docs" / "walk.md").read_text("utf-8"))) - TASKS)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", NAMED)
def test_what_the_walk_names_exists(path: str) -> None:
    assert pkgutil.resolve_name(path) is not None


def test_the_walk_names_every_room_on_the_way() -> None:
    assert len(NAMED) > 25
    assert {path.partition(".")[0] for path in NAMED} == {"core", "rules", "state_machines", "actions"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_links_of_the_pages_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{ROOMS}|tests|docs)/[\w./]*|\w+\.(?:yaml|toml))`", text)
    missing = [name for name in named if not (ROOT / name).exists()]
    linked = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (page.parent / link).exists()]
    assert (missing, linked) == ([], [])
