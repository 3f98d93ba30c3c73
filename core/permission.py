"""Who may perform what, asked of every transition whatever door it came through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acting import Actor
from core.catalog import Transition
from core.errors import NotPermitted, ObjectMissing

if TYPE_CHECKING:
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
