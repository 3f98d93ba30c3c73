"""Who acts, on whose request, and because of which event: known to everything below without being passed along."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: `user:3`, `rule:dunning`, `system`. `roles` are names of staff roles.

    `customers` bounds what the actor sees to these (`customer:17`), each with the actor's role there, which is empty for
    staff who look at one; None is staff, who see all. `scopes` bound what a program does for somebody; None where nothing
    of the kind was agreed.
    """

    ref: str
    roles: frozenset[str] = frozenset()
    unlimited: bool = False
    customers: Mapping[str, str] | None = None
    scopes: frozenset[str] | None = None


SYSTEM = Actor("system", unlimited=True)


@dataclass(frozen=True)
class Act:
    """The present act. `cause` is the id of the event that led here, `depth` its laps from the first event."""

    actor: Actor = SYSTEM
    request_id: str = ""
    correlation: str = ""
    cause: int | None = None
    depth: int = 0


_present: ContextVar[Act] = ContextVar("present_act", default=Act())


def present() -> Act:
    return _present.get()


@contextmanager
def acting(
    actor: Actor | None = None,
    *,
    request_id: str | None = None,
    correlation: str | None = None,
    cause: int | None = None,
    depth: int | None = None,
) -> Iterator[Act]:
    """Within this block the given parts of the present act are replaced; the others stay."""
    given: dict[str, Any] = {
        "actor": actor,
        "request_id": request_id,
        "correlation": correlation,
        "cause": cause,
        "depth": depth,
    }
    act = replace(_present.get(), **{name: value for name, value in given.items() if value is not None})
    token = _present.set(act)
    try:
        yield act
    finally:
        _present.reset(token)


def new_correlation() -> str:
    """A fresh name for a causal chain."""
    return uuid.uuid4().hex
