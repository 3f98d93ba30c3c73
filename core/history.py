"""The log as history: what was imported as past, and never dispatched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from core import ids, refs
from core.acting import new_correlation
from core.errors import PravilaError
from core.events import Event
from core.outbox import shard_of

BATCH = 1000
MAX_SEQUENCE = 2**31 - 1
_TEXTS = {
    "type": "type",
    "subject": "subject",
    "imported_as": "id",
    "customer": "customer",
    "actor": "actor",
    "transition": "transition's name",
    "source": "transition's from",
    "target": "transition's to",
}
_LIMITS = {field.name: field.max_length or 0 for field in Event._meta.concrete_fields}


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
                _refuse_live(rows)
            new = _unknown(rows, adopt=adopt)
            Event.objects.bulk_create(new)
            for noun, keys in _numbered(new).items():
                ids.begin_above(refs.MODELS[noun], max(keys))
            done.new += len(new)
        done.read += len(rows)
    return done


def _unknown(rows: list[Event], *, adopt: bool) -> list[Event]:
    """The rows that the log does not have. Raises BadHistory for one whose place another event has, unless `adopt`."""
    about = Event.objects.filter(subject__in={row.subject for row in rows})
    known = {(subject, place): name for subject, place, name in about.values_list("subject", "sequence", "imported_as")}
    new = []
    for row in rows:
        place = row.subject, row.sequence
        if place not in known:
            known[place] = row.imported_as
            new.append(row)
        elif known[place] != row.imported_as and not adopt:
            problem = f"the log has another event as number {row.sequence} of {row.subject}"
            raise BadHistory(event=row.imported_as, problem=problem)
    return new


def _row(event: Mapping[str, Any], correlation: str) -> Event:
    facts = dict(event["facts"])
    transition = facts.pop("transition", None)
    moved = transition if isinstance(transition, Mapping) else {}
    subject, customer = str(event["subject"]), str(event.get("customer") or "")
    row = Event(
        type=event["type"],
        subject=subject,
        sequence=event["sequence"],
        at=_moment(event),
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
    if problem := _misfit(row):
        raise BadHistory(event=row.imported_as[:200], problem=problem)
    return row


def _moment(event: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(event["at"])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        problem = f'its time "{event["at"]}" is not ISO 8601, or out of the calendar'
        raise BadHistory(event=str(event["id"])[:200], problem=problem) from None


def _misfit(row: Event) -> str | None:
    """Why a row cannot be stored, on both databases alike; None where it can."""
    for name, says in _TEXTS.items():
        text, limit = getattr(row, name), _LIMITS[name]
        if not isinstance(text, str) or len(text) > limit or "\0" in text:
            return f"its {says} must be text of at most {limit} characters"
    if type(row.sequence) is not int or not 0 <= row.sequence <= MAX_SEQUENCE:
        return f"its sequence must be a whole number from 0 to {MAX_SEQUENCE}"
    try:
        text = json.dumps([row.facts, row.was], allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        return f"its facts are no JSON ({error})"
    if "\\u0000" in text and _has_nul([row.facts, row.was]):
        return "its facts have the sign U+0000, which no text may have"
    return None


def _has_nul(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_nul(part) for item in value.items() for part in item)
    return any(map(_has_nul, value)) if isinstance(value, list | tuple) else isinstance(value, str) and "\0" in value


def _refuse_live(rows: list[Event]) -> None:
    for noun, keys in _numbered(rows).items():
        found = refs.MODELS[noun]._default_manager.filter(pk__in=keys).values_list("pk", flat=True).first()
        if found is not None:
            raise LiveSubject(subject=f"{noun}:{found}")


def _numbered(rows: list[Event]) -> dict[str, set[int]]:
    """Noun of a machine of this server -> ids of the subjects that could be rows of it."""
    found: dict[str, set[int]] = {}
    for subject in {row.subject for row in rows}:
        noun, _colon, key = subject.partition(":")
        if noun in refs.MODELS and key.isascii() and key.isdigit() and len(key) < 19:
            found.setdefault(noun, set()).add(int(key))
    return found
