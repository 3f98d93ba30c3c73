"""Histories and rules for the tests of simulations, and an oracle: every event asked of every rule, one by one."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from core.events import Event
from core.history import import_events
from rules.as_of import AsOf
from rules.document.model import Document
from rules.remerging import Remerge
from rules.segments import membership, set_of, try_segments
from rules.simulation import backtests
from rules.simulation.backtests import Backtest
from rules.simulation.running import compute
from rules.trying import try_event
from tests.kit import in_force
from tests.rules.made_requests import request

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=300)


def event(place: int, kind: str, subject: str, days: float, **parts: Any) -> dict[str, Any]:
    """An event as in a history file, so many days after the beginning."""
    at = (BEGIN + timedelta(days=days)).isoformat()
    return {"id": f"e{place}", "type": kind, "subject": subject, "sequence": place, "at": at, "facts": {}} | parts


def payments(count: int, seed: int) -> list[dict[str, Any]]:
    """Payments of four customers, some of them failed, with amounts in two currencies, some without."""
    random_ = random.Random(seed)
    found = []
    for place in range(count):
        amount = {"minor": random_.randrange(0, 1000), "currency": random_.choice(["RON", "RON", "EUR"])}
        facts = {"payment": {"amount": amount, "tries": random_.randrange(0, 5)} if random_.random() < 0.9 else {}}
        kind = random_.choice(["payment.failed", "payment.succeeded"])
        customer = f"customer:{random_.randrange(1, 5)}"
        found.append(event(place, kind, f"payment:{place}", place / 4, facts=facts, customer=customer))
    return found


def house(large: int, times: int, **parts: Any) -> dict[str, Any]:
    """Rules with a parameter, a group, an aggregate and arguments; `large` and `times` are what tests change."""
    amount = {"fact": "payment.amount"}
    refund = {"do": "payment.refund", "with": {"amount": {"fact": "payment.amount"}}}
    rules = [
        {"key": "large", "when": "payment.*", "group": "g", "then": [refund],
         "if": {"all": [amount | {"op": "gte", "value": {"money": f"{large}.00 RON"}}, {"fact": "payment.tries", "op": "lt", "value": 4}]}},
        {"key": "other", "when": "payment.failed", "group": "g", "then": [{"do": "ticket.open"}]},
        {"key": "often", "when": "payment.failed", "then": [{"do": "ticket.open", "with": {"subject": "again"}}],
         "if": {"count": "payment.failed", "of": "customer", "within": "7d", "op": "gte", "value": {"param": "times"}}},
        {"key": "alike", "when": "payment.succeeded", "then": [{"do": "ticket.open"}]},
    ]  # fmt: skip
    params = {"times": {"type": "integer", "default": times, "min": 1, "max": 9}}
    return {"set": "house", "params": params, "rules": rules} | parts


def live(document: dict[str, Any]) -> None:
    in_force(
        *document.get("rules", []),
        key=document["set"],
        **{k: v for k, v in document.items() if k not in ("set", "rules")},
    )


def backtest_of(draft: dict[str, Any], since: datetime = BEGIN, until: datetime = END) -> Backtest:
    """A backtest of the draft over history, computed."""
    made = backtests.start(request(json.dumps(draft), key=draft["set"]), since, until)
    compute(made.pk)
    return backtests.find(made.pk)


def store(events: list[dict[str, Any]]) -> None:
    import_events(events)


def counted(
    before: dict[str, Any],
    after: dict[str, Any],
    overlays: dict[str, dict[str, Any]],
    overlays_after: dict[str, dict[str, Any]] | None = None,
) -> dict[str, dict[str, int]]:
    """By rule how many events come out otherwise, as asking one event after the other finds it."""
    found: dict[str, dict[str, int]] = {}
    for row in Event.objects.exclude(type__startswith="rule").exclude(type__startswith="change").order_by("pk"):
        event, sides = row.as_document(), []
        for document, over in ((before, overlays), (after, overlays_after or overlays)):
            own = Document(over[row.customer]) if row.customer in over else None
            stays = own is not None and Remerge(Document(before), Document(after)).of(own).conflicts
            house = Document(before if stays else document)
            member = membership(try_segments(house)[0], event)
            segment = over.get(set_of(member.key)) if member else None
            tried = try_event(event, house, Document(segment) if segment else None, own, history=AsOf(row.pk))
            sides.append({rule.key: rule.actions for rule in tried.acted})
        for key in sides[0].keys() | sides[1].keys():
            one, other = sides[0].get(key), sides[1].get(key)
            kind = "newly" if one is None else "no_longer" if other is None else "differently" if one != other else None
            if kind:
                found.setdefault(key, dict.fromkeys(("newly", "no_longer", "differently"), 0))[kind] += 1
    return found


def told(result: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The same of a backtest's result."""
    kinds = ("newly", "no_longer", "differently")
    rows = {rule["rule"]: {kind: rule[kind] for kind in kinds} for rule in result["rules"]}
    return {key: row for key, row in rows.items() if any(row.values())}
