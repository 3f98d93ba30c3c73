"""Segments in a backtest: each event and moment is held to the rules of the segment that its customer is in as of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rules.assignments import SegmentAssignment
from rules.simulation.beside import beside
from tests.rules.simulation.made import BEGIN, backtest_of, counted, event, house, live, payments, store, told

pytestmark = pytest.mark.django_db
VIP = {"key": "vip", "if": {"fact": "customer.tags", "op": "contains", "value": "vip"}}
SMALL = {"key": "small", "if": {"fact": "customer.score", "op": "lt", "value": 500}}
SETS: dict[str, dict[str, Any]] = {
    "segment:vip": {"set": "segment:vip", "params": {"times": 2}, "change": {"large": {"/if/all/payment.tries/value": 2}}},
    "segment:small": {"set": "segment:small", "mute": {"other": "agreed"}, "rules": [
        {"key": "theirs", "when": "payment.*", "group": "g", "priority": 1, "then": [{"do": "ticket.open"}],
         "if": {"fact": "payment.tries", "op": "eq", "value": 1}}]},
    "customer:3": {"set": "customer:3", "params": {"times": 1}},
}  # fmt: skip


def _payments(count: int, seed: int) -> list[dict[str, Any]]:
    """Payments of customers who are now in one segment, now in another."""
    found = payments(count, seed)
    for place, one in enumerate(found):
        facts = {"tags": ["vip"] if place % 7 < 3 else [], "score": place * 37 % 1000}
        one["facts"] = {**one["facts"], "customer": facts}
    return found


@pytest.mark.parametrize(
    "change",
    [
        {"rules": house(3, 2)["rules"]},
        {"segments": [SMALL, VIP]},
        {"segments": [VIP]},
        {"params": {"times": {"type": "integer", "default": 4, "min": 1, "max": 9}}},
    ],
    ids=["rules", "order of the list", "list", "parameter"],
)
def test_a_draft_of_the_house_finds_what_asking_every_event_finds(change: dict[str, Any]) -> None:
    before = house(5, 3, segments=[VIP, SMALL])
    after = before | change
    for document in (before, *SETS.values()):
        live(document)
    store(_payments(200, seed=4))
    found = told(backtest_of(after).result)
    assert found == counted(before, after, SETS)
    assert found


def test_a_draft_of_a_segment_is_held_against_the_events_of_its_customers() -> None:
    before = house(5, 3, segments=[VIP, SMALL])
    for document in (before, *SETS.values()):
        live(document)
    store(_payments(200, seed=5))
    draft = SETS["segment:vip"] | {"params": {"times": 1}, "mute": {"alike": "not for them"}}
    mine = backtest_of(draft)
    found = told(mine.result)
    assert found == counted(before, before, SETS, SETS | {"segment:vip": draft})
    assert found.keys() == {"often", "alike"}
    listed = next(rule for rule in mine.result["rules"] if rule["rule"] == "alike")["listed"]["no_longer"]
    ((left, right),) = beside(mine, listed[0]["id"]).pairs("alike")
    assert left is not None
    assert left.outcome == "acted"
    assert right is not None
    assert right.why == "muted for this customer: not for them"


def test_who_is_assigned_is_so_from_then_on() -> None:
    before = house(500, 9, segments=[{"key": "vip"}])
    live(before)
    live({"set": "segment:vip"})
    store([event(n, "payment.failed", f"payment:{n}", n, customer="customer:1") for n in range(6)])
    SegmentAssignment.objects.create(
        customer="customer:1", segment="vip", since=BEGIN + timedelta(days=4), actor="user:1"
    )
    found = told(backtest_of({"set": "segment:vip", "mute": {"other": "agreed"}}).result)
    assert found == {"other": {"newly": 0, "no_longer": 2, "differently": 0}}


def _invoice(number: int, tags: list[str]) -> dict[str, Any]:
    facts = {
        "invoice": {"ref": f"invoice:{number}", "state": "issued", "due_at": (BEGIN + timedelta(days=10)).isoformat()},
        "customer": {"ref": f"customer:{number}", "tags": tags},
    }
    return event(number, "invoice.issued", f"invoice:{number}", 0, facts=facts, customer=f"customer:{number}")


def test_moments_go_by_the_segment_of_their_customer_at_them() -> None:
    """Of three customers one is always in the segment, one leaves it before the moment, and one was never in it."""
    rule = {"key": "remind", "when": {"date": "invoice.due_at", "offset": {"param": "days"}}, "then": [{"do": "x.y"}]}
    params = {"days": {"type": ["duration"], "default": ["7d"]}}
    live({"set": "house", "segments": [VIP], "params": params, "rules": [rule]})
    live({"set": "segment:vip", "params": {"days": ["14d"]}})
    left = event(9, "customer.updated", "customer:2", 12, customer="customer:2")
    left["facts"] = {"customer": {"ref": "customer:2", "tags": []}}
    store([_invoice(1, ["vip"]), _invoice(2, ["vip"]), _invoice(3, []), left])
    span = BEGIN, BEGIN + timedelta(days=60)
    of_segment = backtest_of({"set": "segment:vip", "params": {"days": ["5d"]}}, *span).result
    (remind,) = of_segment["rules"]
    # 1 is reminded on day 15 and not on day 24; 2 has left the segment on day 12, so nothing of it is on either side
    assert [(one["subject"], one["was"], one["at"]) for one in remind["listed"]["moved"]] == [
        ("invoice:1", *((BEGIN + timedelta(days=days)).isoformat() for days in (24, 15))),
    ]
    assert (remind["live"], remind["draft"], remind["newly"], remind["no_longer"]) == (1, 1, 0, 0)
    of_house = backtest_of({"set": "house", "segments": [], "params": params, "rules": [rule]}, *span).result
    (remind,) = of_house["rules"]
    # without the list 1 is reminded on day 17 instead of 24; 2 and 3 stay as they are
    assert [one["subject"] for one in remind["listed"]["moved"]] == ["invoice:1"]
    assert (remind["newly"], remind["no_longer"]) == (0, 0)
