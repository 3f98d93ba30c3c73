"""The causal chain of an event: what led to it and what followed, as an indented list."""

from __future__ import annotations

from dataclasses import dataclass

from core.events import Event

MAX_SHOWN = 200


@dataclass(frozen=True)
class Link:
    """One event of a chain, `indent` levels below the event that began it."""

    event: Event
    indent: int


@dataclass(frozen=True)
class Chain:
    """`cause` is the event that led to this one; `effects` what it led to; `links` the whole chain, causes first."""

    cause: Event | None
    effects: list[Event]
    links: list[Link]
    cut: bool


def chain_of(event: Event) -> Chain:
    """The chain of `event`, at most MAX_SHOWN events of it. One query, and one more where the cause is outside."""
    rows = list(
        Event.objects.filter(correlation=event.correlation).defer("facts", "was").order_by("id")[: MAX_SHOWN + 1]
    )
    by_key = {row.pk: row for row in rows[:MAX_SHOWN]}
    cause = by_key.get(event.cause or 0)
    if cause is None and event.cause is not None:
        cause = Event.objects.filter(pk=event.cause).first()
    if not event.live:
        return Chain(cause, [], [], cut=False)
    effects = [row for row in by_key.values() if row.cause == event.pk]
    return Chain(cause, effects, _indented(by_key), cut=len(rows) > MAX_SHOWN)


def _indented(by_key: dict[int, Event]) -> list[Link]:
    below: dict[int | None, list[Event]] = {}
    for row in by_key.values():
        below.setdefault(row.cause if row.cause in by_key else None, []).append(row)
    found: list[Link] = []
    waiting = [(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, indent = waiting.pop()
        found.append(Link(row, indent))
        waiting += [(child, indent + 1) for child in reversed(below.get(row.pk, []))]
    return found
