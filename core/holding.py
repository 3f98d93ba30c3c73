"""Placing and releasing holds: under the object's lock and with an event of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core import holds
from core.acting import Actor, acting
from core.errors import PravilaError
from core.machine import Machine, find, lock, record, transition_of


class NoCause(PravilaError):
    """A hold on {ref} needs a cause of at least three letters. Say why, for those who meet it."""

    status = 422
    code = "no-cause"


@transaction.atomic
def place(subject: Machine | str, transitions: Iterable[str], cause: str, *, actor: Actor | None = None) -> list[str]:
    """Hold named transitions of an object ("*": all) for a cause. Those that were not held for it yet.

    The object's row is locked first, so no transition that is under way slips through. Raises ObjectMissing, NotDeclared
    for a transition that the machine does not have, and NoCause.
    """
    model, key = find(subject)
    names = [name if name == holds.EVERY else transition_of(model, name).name for name in transitions]
    with acting(actor):
        row = lock(model, key)
        if len(cause.strip()) < 3:
            raise NoCause(ref=row.ref)
        placed = holds.write(row.ref, names, cause.strip()[:200])
        if placed:
            record(row, holds.PLACED.name, {"held": placed, "cause": cause.strip()[:200]})
        return placed


@transaction.atomic
def release(subject: Machine | str, cause: str, *, actor: Actor | None = None) -> list[str]:
    """Release what an object is held for by a cause. The transitions that were held; none where there was no such hold."""
    model, key = find(subject)
    with acting(actor):
        row = lock(model, key)
        released = holds.lift(row.ref, cause.strip()[:200])
        if released:
            record(row, holds.RELEASED.name, {"held": released, "cause": cause.strip()[:200]})
        return released
