"""From a signal to its event: in the transaction of whoever sent it, once, and never in the sender's way."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction

from core import event_log, refs
from core.attaching import attach
from core.bridge import reading, seen
from core.bridge.binding import Binding
from core.catalog import EventType
from core.errors import PravilaError
from core.events import Event
from core.schemas import Check, of_facts_by_path

log = logging.getLogger(__name__)
TRIES = 100  # each loses one place to somebody who committed meanwhile


def receive(binding: Binding, sent: Mapping[str, Any]) -> Event | None:
    """Write the event of a binding, inside the sender's transaction where there is one: what is rolled back leaves none.

    None where it was sent before, where nothing changed, or where it could not be read, which is logged and counted. What
    goes wrong here never reaches the sender.
    """
    try:
        with transaction.atomic():
            return _write(binding, sent)
    except reading.Unreadable as problem:
        reason = f"{binding.source}: {problem}"
    except DatabaseError as error:
        reason = f"{binding.source}: the database refused its event: {type(error).__name__}"
    log.error("a signal could not become an event", extra={"event": binding.event.name, "reason": reason})
    seen.note_problem(binding.uid, reason)
    return None


def _write(binding: Binding, sent: Mapping[str, Any]) -> Event | None:
    subject = reading.name_of(binding.subject, sent)
    facts = reading.facts(binding, sent)
    if problem := _check(binding.event).problem(facts):
        raise reading.Unreadable(f"its facts do not fit: {problem}")
    if binding.once and not seen.is_new(binding.event.name, reading.name_of(binding.once, sent)):
        return None
    if binding.on == "signal" and binding.changed:
        path = binding.changed[0]
        if not seen.has_changed(subject, path, reading.find(sent, path)):
            return None
    customer = reading.name_of(binding.customer, sent) if binding.customer else ""
    return _append(binding, subject, facts, customer)


@lru_cache(maxsize=1000)
def _check(event: EventType) -> Check:
    return Check(of_facts_by_path(event.facts))


def _append(binding: Binding, subject: str, facts: dict[str, Any], customer: str) -> Event:
    """Append as the subject's next event; whoever took that place meanwhile is waited for, and then the next is tried.

    A row of a machine gives out the places in its log itself, so what is told about one goes through it.
    """
    if subject.partition(":")[0] in refs.MODELS:
        try:
            return attach(subject, binding.event.name, facts)
        except PravilaError as refused:
            raise reading.Unreadable(str(refused)) from refused
    for attempt in range(TRIES):
        newest = Event.objects.filter(subject=subject).order_by("-sequence").values_list("sequence", flat=True).first()
        try:
            with transaction.atomic():
                return event_log.append(
                    type=binding.event.name,
                    subject=subject,
                    sequence=0 if newest is None else newest + 1,
                    facts=facts,
                    customer=customer,
                )
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")
