"""What a person may do with a row just now: each transition, allowed or not possible with the reason."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from admin_ui import states
from admin_ui.argument_form import ArgumentForm, form_of
from core import permission
from core.acting import Actor
from core.catalog import Guard, Transition
from core.machine import Machine

Kind = Literal["allowed", "blocked", "elsewhere"]


@dataclass(frozen=True)
class Offer:
    """One transition. `blocked` is refused for `reason`; `elsewhere` starts from other states than the present one."""

    name: str
    title: str
    kind: Kind
    reason: str
    form: ArgumentForm | None
    moves_money: bool


def offers(row: Machine, actor: Actor) -> list[Offer]:
    """Every transition of the row's machine, the possible ones first."""
    found = [_offer(row, spec, actor) for spec in row.spec.transitions.values()]
    order = {"allowed": 0, "blocked": 1, "elsewhere": 2}
    return sorted(found, key=lambda offer: order[offer.kind])


def _offer(row: Machine, spec: Transition, actor: Actor) -> Offer:
    kind, reason = _refusal(row, spec, actor)
    form = form_of(spec, row) if kind == "allowed" else None
    title = str(spec.title)
    return Offer(spec.name, title[:1].upper() + title[1:], kind, reason, form, spec.moves_money)


def _refusal(row: Machine, spec: Transition, actor: Actor) -> tuple[Kind, str]:
    if row.state not in spec.sources:
        named = (states.title_of(row.machine.noun, source) for source in spec.sources)
        return "elsewhere", gettext("possible only from %(states)s") % {"states": ", ".join(named)}
    if not permission.may(actor, spec):
        roles = ", ".join(spec.roles or (permission.OPERATOR,))
        return "blocked", gettext("only these roles may do it: %(roles)s") % {"roles": roles}
    for guard in spec.guards:
        if _needs_no_argument(guard, spec) and (reason := guard.check(row)):
            return "blocked", reason
    return "allowed", ""


def _needs_no_argument(guard: Guard, spec: Transition) -> bool:
    """Whether the guard can be asked before the transition's arguments are known."""
    named = list(inspect.signature(guard.check).parameters)[1:]
    return not set(named) & set(spec.arguments)
