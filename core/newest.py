"""What the log knows of the objects that there are now: the newest event of each, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from core import refs
from core.events import Event
from core.machine import Machine
from core.permission import of_customers

PAIRS = 400  # of subject and sequence in one statement


@dataclass(frozen=True)
class Page:
    """Events of one page of objects, in the order of their keys; `after` is where the next page begins, None at the end."""

    events: tuple[Event, ...]
    after: int | None


def newest(noun: str, *, customer: str = "", after: int = 0, limit: int = PAIRS) -> Page:
    """The newest events of at most `limit` objects of a machine whose keys are greater than `after`; those of one customer
    where one is given. Raises NotDeclared."""
    rows: QuerySet[Machine] = refs.model_of(noun)._default_manager.filter(pk__gt=after)
    if customer:
        rows = of_customers(rows, [customer])
    found = list(rows.order_by("pk").values_list("pk", "sequence")[:limit])
    events = named([(f"{noun}:{key}", sequence) for key, sequence in found])
    return Page(tuple(events), found[-1][0] if len(found) == limit else None)


def named(names: Sequence[tuple[str, int]]) -> list[Event]:
    """The events with these subjects and sequences, in that order; those that the log does not have are left out."""
    found: dict[tuple[str, int], Event] = {}
    for start in range(0, len(names), PAIRS):
        part = names[start : start + PAIRS]
        marks = ", ".join(["(%s, %s)"] * len(part))
        sql = f"SELECT * FROM core_event WHERE (subject, sequence) IN (VALUES {marks})"
        for event in Event.objects.raw(sql, [value for pair in part for value in pair]):
            found[event.subject, event.sequence] = event
    return [found[name] for name in names if name in found]


def of(subjects: Collection[str]) -> dict[str, Event]:
    """The newest event of each of these objects; what is no object of a declared machine, or not there, is left out."""
    keys: dict[str, list[int]] = {}
    for subject in sorted(subjects):
        noun, _colon, key = subject.partition(":")
        if noun in refs.MODELS and key.isascii() and key.isdigit() and len(key) < 19:
            keys.setdefault(noun, []).append(int(key))
    names = [
        (f"{noun}:{key}", sequence)
        for noun, mine in keys.items()
        for key, sequence in refs.model_of(noun)._default_manager.filter(pk__in=mine).values_list("pk", "sequence")
    ]
    return {event.subject: event for event in named(names)}


def entered(subjects: Collection[str], state: str) -> dict[str, datetime]:
    """Subject -> when it last came into `state` from another one, or was born in it; for those that ever did."""
    keys = (
        Event.objects.filter(subject__in=subjects, target=state)
        .exclude(source=state)
        .values("subject")
        .annotate(last=Max("id"))
        .values("last")
    )
    return dict(Event.objects.filter(pk__in=keys).values_list("subject", "at"))
