"""What may be asked of the log as of an event, and what comes back. Plain data: the heart of the rules asks in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_EVENTS = 5000  # of one stretch of the log that is looked at


@dataclass(frozen=True, slots=True)
class Linked:
    """The objects that were in `relation` of `parent` at log position `position`."""

    parent: str
    relation: str
    position: int


@dataclass(frozen=True, slots=True)
class Happened:
    """The events of `type` up to log position `position` and time `until`, later than `after` and than the last event of
    type `since` where these are given. `of` is subject, customer or the name of a related machine, `ref` which one;
    `customer` is that of the event that asks. `bare` where only their number is wanted."""

    type: str
    of: str
    ref: str
    customer: str
    position: int
    until: datetime
    after: datetime | None = None
    since: str = ""
    bare: bool = False


Lookup = Linked | Happened


@dataclass(frozen=True, slots=True)
class Row:
    """One related object, or one earlier event: its log position, its reference, and its own facts."""

    position: int
    ref: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """What was found, oldest first; `more` where there was more than is looked at. Where only their number was wanted,
    that is `bare`, and there are no rows."""

    rows: tuple[Row, ...] = ()
    more: bool = False
    bare: int = 0

    def __len__(self) -> int:
        return self.bare or len(self.rows)


def own_facts(subject: str, facts: Any) -> Mapping[str, Any]:
    """What an event froze of its own subject: the row that a related object is. An event of no machine has none."""
    own = facts.get(subject.partition(":")[0]) if isinstance(facts, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def event_facts(subject: str, facts: Any) -> Mapping[str, Any]:
    """The row that an earlier event is: all that it froze, and what is its subject's own without the noun too."""
    return {**facts, **own_facts(subject, facts)} if isinstance(facts, Mapping) else {}
