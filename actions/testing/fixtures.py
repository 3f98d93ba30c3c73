"""Fixtures for pytest: name this module in `pytest_plugins` of your conftest.py. They need pytest-django."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.testing.rehearsal import Rehearsal, rehearsing
from rules.receivers import HOUSE_FILE


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "pack(file): the rules that `with_pack` puts in force; those of the house unless given"
    )


@pytest.fixture
def without_rules(db: Any) -> Iterator[Rehearsal]:
    """A rehearsal in which no rule is in force: what happens then is the machines' doing alone."""
    with rehearsing() as rehearsal:
        yield rehearsal


@pytest.fixture
def with_pack(db: Any, request: pytest.FixtureRequest) -> Iterator[Rehearsal]:
    """A rehearsal with the rules of the file that the mark `pack` names, else with the first rules of the house."""
    mark = request.node.get_closest_marker("pack")
    with rehearsing() as rehearsal:
        rehearsal.publish(Path(mark.args[0]) if mark else HOUSE_FILE)
        yield rehearsal
