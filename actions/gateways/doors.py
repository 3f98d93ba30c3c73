"""Doors to outside services. What stands behind a door is real, or a double where a test or a rehearsal put one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from actions.gateways import breakers
from actions.outcome import Outcome
from core.catalog import gateways

G = TypeVar("G")
_replaced: ContextVar[dict[str, Any] | None] = ContextVar("replaced_gateways", default=None)


class Door(Generic[G]):
    """One outside service: its name, its title for people, and how to make its gateway and the double of that."""

    def __init__(self, name: str, title: Any, *, real: Callable[[], G], double: Callable[[], G]) -> None:
        self.name, self.title, self.double = name, title, double
        self._make, self._real = real, None
        gateways.add(name, self)

    def behind(self) -> G:
        """The gateway that stands behind the door now."""
        found = (_replaced.get() or {}).get(self.name)
        if found is not None:
            return found
        if self._real is None:
            self._real = self._make()  # type: ignore[assignment]
        return self._real  # type: ignore[return-value]

    def through(self, act: Callable[[G], Outcome]) -> Outcome:
        """Act with the gateway, unless so many calls failed lately that the door is shut for a while."""
        if shut := breakers.why_shut(self.name):
            return shut
        outcome = act(self.behind())
        breakers.note(self.name, outcome)
        return outcome


@contextmanager
def replaced(**implementations: Any) -> Iterator[None]:
    """Within this block, the named doors lead to the given implementations. Raises NotDeclared for an unknown door."""
    for name in implementations:
        gateways.get(name)
    token = _replaced.set({**(_replaced.get() or {}), **implementations})
    try:
        yield
    finally:
        _replaced.reset(token)


@contextmanager
def doubles() -> Iterator[dict[str, Any]]:
    """Within this block, every door leads to a double, given here by name; nothing reaches the world."""
    made = {door.name: door.double() for door in gateways}
    with replaced(**made):
        yield made
