"""Actions that a test declares for itself, and takes back when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from actions import declare
from actions.declare import Call, performers
from actions.outcome import Outcome
from core import catalog


@contextmanager
def declared(name: str, perform: Callable[[Call], Outcome], **parts: Any) -> Iterator[str]:
    """Within this block there is an action `name`, which `perform` carries out."""
    declare.action(name, title=name, sentence=name, **parts)(perform)
    try:
        yield name
    finally:
        catalog.actions.remove(name)
        performers.remove(name)
        declare._checks.pop(name, None)
