"""What is declared, as data: machines, transitions, event types, facts, actions, gateways.

Forms, choices, API documents, diagrams and checks read this. Nothing here knows Django, so the heart of the rules can
read it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.registry import Registry

Title = Any  # text for people: a str, or a lazy translation that becomes one when it is shown


class Kind(StrEnum):
    """The kinds of a fact's value, as conditions compare them."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    MONEY = "money"
    MOMENT = "moment"  # ISO 8601 text with an offset
    DATE = "date"  # ISO 8601 calendar date
    REF = "ref"  # text such as invoice:1042
    LIST = "list"
    ANY = "any"


@dataclass(frozen=True)
class Fact:
    """A named value that events freeze. `name` is the last part of its path: total in invoice.total."""

    name: str
    kind: Kind
    title: Title = ""
    optional: bool = False
    choices: tuple[str, ...] = ()
    of: Kind | None = None  # what a list holds
    column: str | None = None  # the model's field(s); the name itself unless given
    read: Callable[[Any], Any] | None = None  # computes the value from the row instead
    free_of_persons: bool = False  # open text is refused unless this is promised


@dataclass(frozen=True)
class EventType:
    """A declared kind of event. `noun` is the machine it is about; None for one that stands alone."""

    name: str
    title: Title = ""
    noun: str | None = None
    facts: tuple[Fact, ...] = ()  # beyond those of the machine
    internal: bool = False  # audit, action runs, rule versions: patterns match it only when it is named
    posted: bool = False  # a program may post it by the API: it tells what was seen, and nothing that we did


@dataclass(frozen=True)
class Guard:
    """A check that may forbid a transition. `check(row, arguments)` returns None, or the reason as a sentence's end."""

    name: str
    title: Title
    check: Callable[..., str | None]


@dataclass(frozen=True)
class Transition:
    """An allowed state change. `arguments` is a JSON schema of properties; `roles` may perform it (empty: operators).

    `customer_roles` are those of the customer's own people who may perform it, for their customer. `along` gives the keys
    of other rows of the machine that its guards look at, by the key of this one; they are locked too.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    event: str
    title: Title
    arguments: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    roles: tuple[str, ...] = ()
    customer_roles: tuple[str, ...] = ()
    moves_money: bool = False
    along: Callable[[int], Iterable[int]] | None = None


@dataclass(frozen=True)
class Relation:
    """A declared list of related objects: rows of machine `noun`, oldest first, at most `cap`.

    Where it `tells`, linking and unlinking are events of both: order.invoice_linked and invoice.order_linked.
    """

    name: str
    noun: str
    cap: int = 500
    tells: bool = False


@dataclass(frozen=True)
class MachineSpec:
    """A machine as data. `related` maps a name in facts to the noun of the machine it holds (order, customer)."""

    noun: str
    title: Title
    states: tuple[str, ...]
    initial: str
    facts: tuple[Fact, ...]
    transitions: Mapping[str, Transition]
    related: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    terminal: tuple[str, ...] = ()
    rank: int = 100  # several rows are locked in the order of (rank, id)
    label: str = ""  # app_label.Model


@dataclass(frozen=True)
class ActionSpec:
    """An action as data. `parameters` is a JSON schema; `targets` the nouns it may stand on (empty: any)."""

    name: str
    title: Title
    sentence: str
    parameters: Mapping[str, Any]
    kind: str = "internal"  # internal: exactly once; external: at least once, with an idempotency key
    queue: str = "default"
    targets: tuple[str, ...] = ()
    moves_money: bool = False
    timeout_seconds: int = 60
    max_attempts: int = 8
    inverse: str | None = None
    emits: tuple[str, ...] = ()  # types of the events that it may write when it succeeds
    in_order: bool = False
    atomic: bool = False  # it takes back by itself what it began, whenever it is refused or fails


roles = ("viewer", "author", "approver", "operator", "administrator")  # of staff
machines: Registry[MachineSpec] = Registry("machine")
event_types: Registry[EventType] = Registry("event type")
actions: Registry[ActionSpec] = Registry("action")
calendars: Registry[Any] = Registry("calendar")
gateways: Registry[Any] = Registry("gateway")


def facts_of(noun: str) -> dict[str, Fact]:
    """Every fact path that an event of machine `noun` carries, with its declaration.

    The machine's own facts, those of its customer and of the related machines it names: invoice.total,
    customer.credit_score, order.state.
    """
    spec = machines.get(noun)
    paths = {f"{noun}.{fact.name}": fact for fact in spec.facts}
    for name, other in spec.related.items():
        paths |= {f"{name}.{fact.name}": fact for fact in machines.get(other).facts}
    return paths


def facts_of_event(event_type: str) -> dict[str, Fact] | None:
    """Fact paths of a declared event type, or None where it is not declared."""
    declared = event_types.find(event_type)
    if declared is None:
        return None
    paths = facts_of(declared.noun) if declared.noun else {}
    return paths | {fact.name: fact for fact in declared.facts}
