"""The shapes of the API's answers about machines and their rows."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from core import schemas
from core.catalog import Transition
from core.events import Event


class Row(Schema):
    """An object. `facts` are what its events freeze of it."""

    ref: str
    noun: str
    id: int
    state: str
    sequence: int
    facts: dict[str, Any]


class RowInFull(Row):
    """An object with every column, also those that no event carries."""

    fields: dict[str, Any]


class Listed(Schema):
    items: list[Row]
    next: int | None = None


class Created(Schema):
    ref: str
    id: int
    state: str
    sequence: int


class EventName(Schema):
    """`id` is the event's name, such as invoice:1042@3; `position` its place in the log."""

    id: str
    type: str
    position: int


class Happened(Schema):
    """The new state, and the event that explains it."""

    ref: str
    state: str
    sequence: int
    event: EventName


class Failed(Schema):
    """Why one of many was refused: the code of the problem, and its sentence."""

    ref: str
    status: int
    code: str
    reason: str


class ManyHappened(Schema):
    """What became of each, in the order of the request: an event, or the reason why not."""

    done: int
    refused: int
    items: list[Happened | Failed]


class Offered(Schema):
    """A transition; `arguments` is a JSON schema. `code` and `reason` say why it is blocked."""

    name: str
    title: str
    target: str
    event: str
    arguments: dict[str, Any]
    moves_money: bool
    code: str | None = None
    reason: str | None = None


class Offers(Schema):
    ref: str
    state: str
    allowed: list[Offered]
    blocked: list[Offered]


def offered(transition: Transition, *, code: str | None = None, reason: str | None = None) -> Offered:
    """A transition as the API shows it."""
    return Offered(
        name=transition.name,
        title=str(transition.title),
        target=transition.target,
        event=transition.event,
        arguments=schemas.of_arguments(transition.arguments, transition.required),
        moves_money=transition.moves_money,
        code=code,
        reason=reason,
    )


def happened(event: Event) -> dict[str, Any]:
    """The state after an event, as the API shows it."""
    return {
        "ref": event.subject,
        "state": event.target,
        "sequence": event.sequence,
        "event": {"id": event.name, "type": event.type, "position": event.pk},
    }
