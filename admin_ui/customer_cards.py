"""What stands on a customer's page besides: the effective rules with their origin, and the credit score over time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from admin_ui.charts import line
from admin_ui.numbers import as_typed
from core import clock
from rules.deciding import effective_of
from rules.in_force import live_versions
from rules.overlays import Effective
from rules.reading import live_document
from rules.rule_sets import HOUSE
from state_machines.credit import CreditEntry
from state_machines.customers import Customer

ENTRIES = 200
LATEST = 15


def effective_card(customer: Customer) -> dict[str, Any]:
    """How many rules hold, and what is otherwise than in the house; {} where no rules are live."""
    found = effective_of({"customer": customer.ref}, live_versions([customer.ref]))
    if found is None:
        return {}
    house = live_document(HOUSE)
    declared = house.params if house else {}
    params = [
        (name, as_typed(value), as_typed(declared[name].get("default")), customer.ref)
        for name, value in found.params.items()
        if name in declared and value != declared[name].get("default")
    ]
    return {"count": len(found.rules), "lines": lines_of(found), "params": params}


def lines_of(found: Effective) -> list[tuple[str, str, str]]:
    """What a customer has otherwise: (what, which rule, where that comes from or why)."""
    lines = [(gettext("muted"), key, reason) for key, reason in found.muted.items()]
    lines += [(gettext("changed"), key, found.origins.get(key, "")) for key in found.changed]
    lines += [(gettext("own rule"), key, found.origins.get(key, "")) for key in found.own if key not in found.left_out]
    return lines + [(gettext("left out"), key, reason) for key, reason in found.left_out.items()]


def credit_card(customer: Customer) -> dict[str, Any]:
    """The score over time as a chart, with its latest changes; {} where it never changed."""
    entries = list(CreditEntry.objects.filter(customer=customer).order_by("-id")[:ENTRIES])
    if not entries:
        return {}
    return {"chart": _chart(entries[::-1], clock.now()), "entries": entries[:LATEST]}


def _chart(entries: list[CreditEntry], now: datetime) -> SafeString:
    first = entries[0]
    span = (now - first.at).total_seconds() or 1.0
    scores = [first.score - first.applied, *(entry.score for entry in entries)]
    points = [(0.0, float(scores[0]))]
    points += [((entry.at - first.at).total_seconds() / span, float(entry.score)) for entry in entries]
    says = gettext("Credit score from %(first)d to %(last)d, at least %(low)d and at most %(high)d")
    said = says % {"first": scores[0], "last": scores[-1], "low": min(scores), "high": max(scores)}
    low, high = min(scores) // 10 * 10, -(-max(scores) // 10) * 10
    under = [date_format(timezone.localtime(at), "j M Y") for at in (first.at, first.at + (now - first.at) / 2)]
    return line(said, points, low, max(high, low + 10), [*under, gettext("today")])
