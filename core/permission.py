"""Who may perform what, asked of every transition whatever door it came through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acting import Actor
from core.catalog import Transition
from core.errors import NotPermitted, ObjectMissing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.machine import Machine

OPERATOR, ADMINISTRATOR = "operator", "administrator"
VIEWER, AUTHOR, APPROVER = "viewer", "author", "approver"
ROLES = (VIEWER, AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR)


def sees(actor: Actor, row: Machine) -> bool:
    """Whether the object exists for this actor; somebody bound to one customer sees that customer's objects only."""
    return actor.customer is None or row.shape.customer(row) == actor.customer


def may(actor: Actor, spec: Transition) -> bool:
    """Whether the actor's roles allow the transition."""
    if actor.unlimited or ADMINISTRATOR in actor.roles:
        return True
    return bool(actor.roles & set(spec.roles or (OPERATOR,)))


def demand(actor: Actor, row: Machine, spec: Transition) -> None:
    """Raise ObjectMissing for what the actor must not know of, NotPermitted for what the actor may not do."""
    if not sees(actor, row):
        raise ObjectMissing(ref=row.ref)
    if not may(actor, spec):
        raise NotPermitted(actor=actor.ref, what=f"{row.machine.noun}.{spec.name}")


def demand_reader(actor: Actor) -> None:
    """Raise NotPermitted for somebody who has no role and is no customer: such a user reads nothing."""
    if not (actor.roles or actor.unlimited or actor.customer):
        raise NotPermitted(actor=actor.ref, what="read")


def demand_operator(actor: Actor, what: str) -> None:
    """Raise NotPermitted unless the actor may create and change objects."""
    if not (actor.unlimited or actor.roles & {OPERATOR, ADMINISTRATOR}):
        raise NotPermitted(actor=actor.ref, what=what)


def visible(actor: Actor, model: type[Machine]) -> QuerySet[Machine]:
    """The rows of a machine that exist for this actor."""
    rows = model._default_manager.all()
    if actor.customer is None:
        return rows
    key = int(actor.customer.partition(":")[2])
    if model.machine.noun == "customer":
        return rows.filter(pk=key)
    path = model.machine.related.get("customer")
    return rows.filter(**{path.replace(".", "__"): key}) if path else rows.none()
