"""The two stacks that are killed, each with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Distributed, Embedded, Stack


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Stack]:
    stack = Embedded(tmp_path)
    yield stack
    stack.close()


@pytest.fixture
def distributed(tmp_path: Path) -> Iterator[Stack]:
    stack = Distributed(tmp_path)
    yield stack
    stack.close()
