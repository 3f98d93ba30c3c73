"""What may be done with a row now, and what may not, with the reason as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from core import permission
from core.acting import Actor
from core.catalog import Transition
from core.errors import Blocked, NotAllowed, NotPermitted, PravilaError
from core.machine import Machine, refusal


@dataclass(frozen=True)
class Offer:
    """A transition as it stands for one actor; `blocked` is None where it may be performed."""

    transition: Transition
    blocked: PravilaError | None


def offers(row: Machine, actor: Actor) -> list[Offer]:
    """All transitions of the row's machine, by name. Guards see no arguments yet: performing asks them again."""
    return [Offer(spec, _blocked(row, spec, actor)) for _name, spec in sorted(row.spec.transitions.items())]


def _blocked(row: Machine, spec: Transition, actor: Actor) -> PravilaError | None:
    if row.state not in spec.sources:
        return NotAllowed(ref=row.ref, state=row.state, transition=spec.name, sources=" or ".join(spec.sources))
    if not permission.may(actor, spec):
        return NotPermitted(actor=actor.ref, what=f"{row.machine.noun}.{spec.name}")
    if reason := refusal(row, spec, {}):
        return Blocked(ref=row.ref, transition=spec.name, reason=reason)
    return None
