"""How a machine is declared: its states, its transitions, and what it freezes into its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import django_fsm

from core import catalog
from core.catalog import EventType, Fact, Guard, Relation, Transition
from core.customer_rights import CustomerRights
from core.locking import Along

F = TypeVar("F", bound=Callable[..., Any])


class StateField(django_fsm.FSMField):
    """The state of a machine: `states` maps each state to its title; the first is the initial one.

    Not `protected`: django-fsm's protection toggles on the class while a row is refreshed, so it is no lock. The database
    guards the column instead.
    """

    def __init__(self, states: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        if states:
            kwargs |= {"choices": list(states.items()), "default": next(iter(states))}
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("db_index", True)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """As a plain column: migrations perform no transitions, and preparing for them takes more than half of their time."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


@dataclass(frozen=True)
class Declaration:
    """What a machine says of itself.

    `related` maps a name in facts to the attribute path of the row that it stands for ("customer": "order.customer");
    `links` maps a foreign key of this model to the relation of that parent in which this row stands ("order": "items").
    `events` are recorded events that are no transitions; `recorded` are further columns that change only with an event.
    `changes` maps a field to the event of its change where that has a name of its own ("price_minor": "plan.price_changed").
    `sealed` are recorded columns that are fixed, and keep the row from being deleted, once it has left its initial state;
    `parts` names the reverse relations (invoice: "lines") whose rows are fixed with it. `edits` are the fields that the
    general doors, pages and API, let staff edit as they are: all that are not recorded unless given. `created_by_doors` is
    False where a function of its own creates the rows. `customers` says what a customer's own people see and do.
    """

    noun: str
    title: Any
    facts: tuple[Fact, ...] = ()
    related: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    terminal: tuple[str, ...] = ()
    events: tuple[EventType, ...] = ()
    recorded: tuple[str, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    sealed: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    rank: int = 100
    edits: tuple[str, ...] | None = None
    created_by_doors: bool = True
    customers: CustomerRights = field(default_factory=CustomerRights)

    def events_of(self, changed: Iterable[str]) -> dict[str, list[str]]:
        """The events of a change of these fields, each with its own: `<noun>.updated` for those that name none."""
        found: dict[str, list[str]] = {}
        for name in changed:
            found.setdefault(self.changes.get(name, f"{self.noun}.updated"), []).append(name)
        return found


def guard(name: str, title: Any) -> Callable[[Callable[..., str | None]], Guard]:
    """Declare a guard. The function takes the row and the arguments; it returns None or the reason, in words."""

    def declare(check: Callable[..., str | None]) -> Guard:
        return Guard(name=name, title=title, check=check)

    return declare


def transition(
    *,
    source: str | tuple[str, ...],
    target: str,
    event: str,
    title: Any,
    guards: tuple[Guard, ...] = (),
    arguments: Mapping[str, Any] | None = None,
    required: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    customer_roles: tuple[str, ...] = (),
    moves_money: bool = False,
    along: Along | None = None,
) -> Callable[[F], F]:
    """Declare a method as a transition of its machine's `state`, with the event that it emits.

    `arguments` is a JSON schema of properties by name; `required` those that must be given. `roles` of staff may perform
    it; empty means operators. `customer_roles` of a customer's own people may, for their customer.
    `along` gives the keys of rows that the guards look at; they are locked with it.
    """
    sources = (source,) if isinstance(source, str) else source

    def declare(method: F) -> F:
        spec = Transition(
            name=method.__name__,
            sources=sources,
            target=target,
            event=event,
            title=title,
            arguments=dict(arguments or {}),
            required=required,
            guards=guards,
            roles=roles,
            customer_roles=customer_roles,
            moves_money=moves_money,
            along=along,
        )
        wrapped = django_fsm.transition(field="state", source=list(sources), target=target, custom={"spec": spec})(
            method
        )
        wrapped.spec = spec
        return wrapped

    return declare


def event_type(
    name: str, title: Any, *, noun: str | None = None, facts: tuple[Fact, ...] = (), internal: bool = False
) -> EventType:
    """Declare an event type that belongs to no machine's declaration."""
    return catalog.event_types.add(name, EventType(name=name, title=title, noun=noun, facts=facts, internal=internal))
