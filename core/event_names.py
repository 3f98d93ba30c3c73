"""Finding an event by what people call it: its position, its name invoice:1042@3, or the id it was imported under."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import ObjectMissing
from core.events import Event

MAX_SEQUENCE = 2**31


def find(events: QuerySet[Event], name: str) -> Event:
    """The event of `events` that is called `name`. Raises ObjectMissing."""
    found = named(events, name)
    if found is None:
        raise ObjectMissing(ref=f"event:{name[:100]}")
    return found


def named(events: QuerySet[Event], name: str) -> Event | None:
    """The same, but None where none is called so."""
    name = name.strip().removeprefix("#")
    if not name or "\x00" in name:
        return None
    subject, at, sequence = name.rpartition("@")
    found = None
    if _is_number(name):
        found = events.filter(pk=int(name)).first()
    elif at and _is_number(sequence) and int(sequence) < MAX_SEQUENCE:
        found = events.filter(subject=subject, sequence=int(sequence)).first()
    return found or events.filter(imported_as=name).first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
