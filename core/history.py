"""The log as history: what was imported as past, and never dispatched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from core import refs
from core.acting import new_correlation
from core.errors import PravilaError
from core.events import Event
from core.outbox import shard_of

BATCH = 1000


class LiveSubject(PravilaError):
    """{subject} is an object of this server, so its history cannot be imported over it. Use --adopt to import it all
    the same, as past that was never dispatched."""

    status = 409
    code = "live-subject"


class BadHistory(PravilaError):
    """Event {event} cannot be imported: {problem}. Correct the file; nothing of its batch was stored."""

    status = 422
    code = "bad-history"


@dataclass
class Imported:
    """How many events were read, and how many of them were new."""

    read: int = 0
    new: int = 0


def import_events(events: Iterable[Mapping[str, Any]], *, adopt: bool = False) -> Imported:
    """Store history as past: no outbox rows, no decisions. Importing twice changes nothing.

    Each event is as in a history file: id, type, subject, sequence, at, facts, perhaps customer and actor. A time without
    zone is UTC. Raises LiveSubject or BadHistory; batches before it stay.
    """
    done = Imported()
    correlation = new_correlation()
    source: Iterator[Mapping[str, Any]] = iter(events)
    while batch := list(islice(source, BATCH)):
        rows = [_row(event, correlation) for event in batch]
        with transaction.atomic():
            if not adopt:
                _refuse_live({row.subject for row in rows})
            known = set(
                Event.objects.filter(subject__in={row.subject for row in rows}).values_list("subject", "sequence")
            )
            new = [row for row in rows if (row.subject, row.sequence) not in known]
            Event.objects.bulk_create(new, ignore_conflicts=True)
            done.new += len(new)
        done.read += len(rows)
    return done


def _row(event: Mapping[str, Any], correlation: str) -> Event:
    facts = dict(event["facts"])
    transition = facts.pop("transition", None)
    moved = transition if isinstance(transition, Mapping) else {}
    subject, customer = str(event["subject"]), str(event.get("customer") or "")
    try:
        at = datetime.fromisoformat(event["at"])
    except (TypeError, ValueError):
        raise BadHistory(event=event["id"], problem=f'its time "{event["at"]}" is not ISO 8601') from None
    for name, limit in (("type", 100), ("subject", 100), ("id", 200)):
        if len(str(event[name])) > limit:
            raise BadHistory(event=str(event["id"])[:200], problem=f"its {name} is longer than {limit} characters")
    return Event(
        type=event["type"],
        subject=subject,
        sequence=event["sequence"],
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        facts=facts,
        was=event.get("was") or {},
        transition=str(moved.get("name", "")),
        source=str(moved.get("from", "")),
        target=str(moved.get("to", "")),
        customer=customer,
        actor=str(event.get("actor") or "import"),
        correlation=correlation,
        live=False,
        shard=shard_of(subject, customer),
        imported_as=str(event["id"]),
    )


def _refuse_live(subjects: set[str]) -> None:
    by_noun: dict[str, list[int]] = {}
    for subject in subjects:
        noun, _colon, key = subject.partition(":")
        if noun in refs.MODELS and key.isascii() and key.isdigit() and len(key) < 19:
            by_noun.setdefault(noun, []).append(int(key))
    for noun, keys in by_noun.items():
        found = refs.MODELS[noun]._default_manager.filter(pk__in=keys).values_list("pk", flat=True).first()
        if found is not None:
            raise LiveSubject(subject=f"{noun}:{found}")
