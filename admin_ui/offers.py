"""What a person may do with a row just now: each transition, allowed or not possible with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from admin_ui import states
from admin_ui.argument_form import ArgumentForm, form_of
from core import offers as core_offers
from core import permission
from core.acting import Actor
from core.errors import Blocked, NotAllowed
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
    found = [_shown(row, offer) for offer in core_offers.offers(row, actor)]
    order = {"allowed": 0, "blocked": 1, "elsewhere": 2}
    return sorted(found, key=lambda offer: order[offer.kind])


def _shown(row: Machine, offer: core_offers.Offer) -> Offer:
    spec = offer.transition
    kind, reason = _refusal(row, offer)
    form = form_of(spec, row) if kind == "allowed" else None
    title = str(spec.title)
    return Offer(spec.name, title[:1].upper() + title[1:], kind, reason, form, spec.moves_money)


def _refusal(row: Machine, offer: core_offers.Offer) -> tuple[Kind, str]:
    spec = offer.transition
    match offer.blocked:
        case None:
            return "allowed", ""
        case NotAllowed():
            named = (states.title_of(row.machine.noun, source) for source in spec.sources)
            return "elsewhere", gettext("possible only from %(states)s") % {"states": ", ".join(named)}
        case Blocked():
            return "blocked", str(offer.blocked.reason)
        case _:
            roles = ", ".join(spec.roles or (permission.OPERATOR,))
            return "blocked", gettext("only these roles may do it: %(roles)s") % {"roles": roles}
