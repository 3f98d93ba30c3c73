"""Events that other code tells about a row of a machine: they take their place in its log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core import event_log
from core.errors import BadFacts
from core.events import Event
from core.machine import find, lock


def attach(subject: str, type: str, facts: Mapping[str, Any]) -> Event:  # noqa: A002
    """Append an event to the log of a row, under the row's lock; `facts` stand by noun beside its own.

    Raises BadReference, NotDeclared, ObjectMissing, or BadFacts where a noun of `facts` is one that the row freezes.
    """
    model, key = find(subject)
    with transaction.atomic():
        row = lock(model, key)
        frozen = row.shape.freeze(row)
        if taken := sorted(frozen.keys() & facts.keys()):
            raise BadFacts(event_type=type, problem=f"{row.ref} has facts of its own for {', '.join(taken)}")
        event = event_log.append(
            type=type, subject=row.ref, sequence=row.sequence + 1, facts={**frozen, **facts}, source=row.state,
            target=row.state, customer=row.shape.customer(row),
        )  # fmt: skip
        model._default_manager.filter(pk=row.pk).update(sequence=row.sequence + 1)
        return event
