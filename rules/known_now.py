"""Objects as they are known now: each by its newest event, with the facts of its customer as they are and not as they were then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import clock, newest
from core.events import Event

CUSTOMER = "customer"


@dataclass(frozen=True)
class KnownNow:
    """`event` is the newest of an object; `document` the same as conditions see it, at this moment."""

    event: Event
    document: dict[str, Any]


def known_now(events: Sequence[Event]) -> list[KnownNow]:
    """What is known of the objects of which these are the newest events."""
    customers = newest.of({event.customer for event in events} - {""})
    return [KnownNow(event, _now(event, customers.get(event.customer))) for event in events]


def _now(event: Event, customer: Event | None) -> dict[str, Any]:
    document = event.as_document() | {"at": clock.iso(clock.now())}
    facts = customer.facts.get(CUSTOMER) if customer is not None else None
    return document | {"facts": {**document["facts"], CUSTOMER: facts}} if facts else document
