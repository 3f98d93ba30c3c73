"""Who may perform what, asked of every transition whatever door it came through."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core import catalog, refs
from core.acting import Actor
from core.catalog import Transition
from core.errors import NotPermitted, ObjectMissing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.machine import Machine

OPERATOR, ADMINISTRATOR = "operator", "administrator"
VIEWER, AUTHOR, APPROVER = "viewer", "author", "approver"
ROLES = catalog.roles


def sees(actor: Actor, row: Machine) -> bool:
    """Whether the object exists for this actor; who is bound to customers sees what is theirs and for them only."""
    if actor.customers is None:
        return True
    return row.shape.customer(row) in actor.customers and row.machine.customers.show(row)


def may(actor: Actor, row: Machine, spec: Transition) -> bool:
    """Whether the actor's roles, as staff or with the row's customer, allow the transition."""
    if actor.unlimited or actor.roles & {ADMINISTRATOR, *(spec.roles or (OPERATOR,))}:
        return True
    return has_customer_role(actor, row.shape.customer(row), spec.customer_roles)


def has_customer_role(actor: Actor, customer: str, roles: Collection[str]) -> bool:
    """Whether the actor is one of that customer's own people, with one of `roles`."""
    return actor.customers is not None and actor.customers.get(customer) in roles


def demand(actor: Actor, row: Machine, spec: Transition) -> None:
    """Raise ObjectMissing for what the actor must not know of, NotPermitted for what the actor may not do."""
    if not sees(actor, row):
        raise ObjectMissing(ref=row.ref)
    if not may(actor, row, spec):
        raise NotPermitted(actor=actor.ref, what=f"{row.machine.noun}.{spec.name}")


def demand_reader(actor: Actor) -> None:
    """Raise NotPermitted for somebody who has no role and belongs to no customer: such a user reads nothing."""
    if not (actor.roles or actor.unlimited or actor.customers):
        raise NotPermitted(actor=actor.ref, what="read")


def demand_operator(actor: Actor, what: str) -> None:
    """Raise NotPermitted unless the actor may create and change objects."""
    if not is_operator(actor):
        raise NotPermitted(actor=actor.ref, what=what)


def is_operator(actor: Actor) -> bool:
    return actor.unlimited or bool(actor.roles & {OPERATOR, ADMINISTRATOR})


def visible(actor: Actor, model: type[Machine]) -> QuerySet[Machine]:
    """The rows of a machine that exist for this actor."""
    rows = model._default_manager.all()
    if actor.customers is None:
        return rows
    see = model.machine.customers.see
    theirs = rows.none() if see is False else of_customers(rows, actor.customers)
    return theirs if isinstance(see, bool) else theirs.filter(**see)


def of_customers(rows: QuerySet[Machine], customers: Collection[str]) -> QuerySet[Machine]:
    """Those of a machine's rows that belong to these customers, given by reference."""
    path = path_to_customer(rows.model)
    keys = [int(ref.partition(":")[2]) for ref in customers]
    return rows.filter(**{f"{path}__in": keys}) if path else rows.none()


def path_to_customer(model: type[Machine]) -> str | None:
    """How queries go from a row to the key of its customer; None for a machine whose rows are nobody's own."""
    if model.machine.noun == "customer":
        return "pk"
    path = model.machine.related.get("customer")
    return path.replace(".", "__") if path else None


def hidden(actor: Actor, noun: str) -> frozenset[str]:
    """Names of facts and fields of a machine that are not for this actor."""
    if actor.customers is None or noun not in refs.MODELS:
        return frozenset()
    return frozenset(refs.MODELS[noun].machine.customers.hidden)


def event_types(actor: Actor) -> list[str] | None:
    """The event types that are for this actor; None for all. Of rows that are seen in part, no event is."""
    if actor.customers is None:
        return None
    return [
        event.name
        for event in catalog.event_types
        if event.noun in refs.MODELS
        and not event.internal
        and refs.MODELS[event.noun].machine.customers.see is True
        and event.name not in refs.MODELS[event.noun].machine.customers.hidden_events
    ]
