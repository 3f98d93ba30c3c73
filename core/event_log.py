"""Writing to the log: one raw INSERT, the same text on both databases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core import acting, bells, clock
from core.events import Event, EventDetail
from core.outbox import shard_of

_COLUMNS = (
    "type", "subject", "sequence", "at", "facts", "was", "transition", "source", "target", "customer", "actor",
    "correlation", "cause", "depth", "request_id", "live", "shard", "imported_as",
)  # fmt: skip
INTO = f"INSERT INTO core_event ({', '.join(_COLUMNS)})"
MARKS = ", ".join(["%s"] * len(_COLUMNS))
_INSERT = f"{INTO} VALUES ({MARKS}) RETURNING id"


def append(*, arguments: Mapping[str, Any] | None = None, **parts: Any) -> Event:
    """Write one live event, of the parts that `composed` takes, into the open transaction; rings the bell after commit.

    Arguments go to the erasable side row. Raises IntegrityError where the subject already has an event of that sequence.
    """
    event = composed(**parts)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values(event))
        event.id = cursor.fetchone()[0]
    event._state.adding = False
    if arguments:
        EventDetail.objects.create(event_id=event.id, arguments=dict(arguments))
    transaction.on_commit(bells.ring_dispatch)
    return event


def composed(
    *,
    type: str,  # noqa: A002
    subject: str,
    sequence: int,
    facts: Mapping[str, Any],
    was: Mapping[str, Any] | None = None,
    transition_name: str = "",
    source: str = "",
    target: str = "",
    customer: str = "",
) -> Event:
    """A live event of now, caused by the present act, not written yet. Facts are taken as checked."""
    act = acting.present()
    return Event(
        type=type,
        subject=subject,
        sequence=sequence,
        at=clock.now(),
        facts=facts,
        was=was or {},
        transition=transition_name,
        source=source,
        target=target,
        customer=customer,
        actor=act.actor.ref,
        correlation=act.correlation or acting.new_correlation(),
        cause=act.cause,
        depth=act.depth,
        request_id=act.request_id,
        live=True,
        shard=shard_of(subject, customer),
    )


def values(event: Event) -> list[Any]:
    """What is written of an event, in the order of `INTO`."""
    found = [getattr(event, name) for name in _COLUMNS]
    found[3] = connection.ops.adapt_datetimefield_value(event.at)
    found[4] = json.dumps(event.facts, allow_nan=False, ensure_ascii=False)
    found[5] = json.dumps(event.was, allow_nan=False, ensure_ascii=False)
    return found


def depth_reached(event: Event) -> bool:
    """Whether the chain that led to `event` is as long as a chain may get."""
    return event.depth >= settings.CONFIG.max_depth
