"""What may be done with a row now, and what may not, with the reason as a sentence."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

from core import holds, permission
from core.acting import Actor
from core.catalog import Guard, Transition
from core.errors import Blocked, NotAllowed, NotPermitted, PravilaError
from core.holds import Hold
from core.machine import Machine


@dataclass(frozen=True)
class Offer:
    """A transition as it stands for one actor; `blocked` is None where it may be performed."""

    transition: Transition
    blocked: PravilaError | None


def offers(row: Machine, actor: Actor) -> list[Offer]:
    """All transitions of the row's machine, by name. Guards that need an argument judge it when it is given."""
    held = {hold.transition: hold for hold in holds.active(row.ref)}
    return [Offer(spec, _blocked(row, spec, actor, held)) for _name, spec in sorted(row.spec.transitions.items())]


def _blocked(row: Machine, spec: Transition, actor: Actor, held: Mapping[str, Hold]) -> PravilaError | None:
    if row.state not in spec.sources:
        return NotAllowed(ref=row.ref, state=row.state, transition=spec.name, sources=" or ".join(spec.sources))
    if not permission.may(actor, row, spec):
        return NotPermitted(actor=actor.ref, what=f"{row.machine.noun}.{spec.name}")
    for guard in spec.guards:
        if not _needs_argument(guard, spec) and (reason := guard.check(row)):
            return Blocked(ref=row.ref, transition=spec.name, reason=reason)
    if hold := held.get(spec.name) or held.get(holds.EVERY):
        return Blocked(ref=row.ref, transition=spec.name, reason=hold.reason)
    return None


def _needs_argument(guard: Guard, spec: Transition) -> bool:
    named = list(inspect.signature(guard.check).parameters)[1:]
    return bool(set(named) & set(spec.arguments))
