"""How heavy a change is, and how many people must approve of it."""

from __future__ import annotations

from typing import Any

import pytest

from rules.weights import approvals_needed, money_rules, weigh
from tests.rules.cases import rule

PAY = {"do": "fine.payment", "with": {"paid_minor": 1}}


def house(*rules: dict[str, Any], days: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"set": "house", "params": {"days": {"type": "integer", "default": 7, **(days or {})}}, "rules": list(rules)}


def customer(**parts: Any) -> dict[str, Any]:
    return {"set": "customer:1", **parts}


@pytest.mark.parametrize(
    ("old", "new", "weight"),
    [
        (customer(), customer(params={"days": 9}), "light"),
        (customer(), customer(mute={"a": "asked for it"}), "light"),
        (customer(), customer(rules=[rule("own")]), "rules"),
        (customer(), customer(change={"a": {"/title": "x"}}), "rules"),
        (house(), house(days={"default": 9}), "parameter"),
        (house(), house(days={"max": 9}), "rules"),
        (house(), house(rule("a")), "rules"),
        ({"set": "segment:vip"}, {"set": "segment:vip", "params": {"days": 9}}, "parameter"),
        ({"set": "segment:vip"}, {"set": "segment:vip", "mute": {"a": "contract"}}, "rules"),
    ],
)
def test_weights(old: dict[str, Any], new: dict[str, Any], weight: str) -> None:
    assert weigh(old, new) == weight
    assert approvals_needed(old, new, usually=3) == {"light": 0, "parameter": 1, "rules": 3}[weight]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (house(), house(rule("a", then=[PAY])), ["a"]),
        (house(rule("a", then=[PAY])), house(), ["a"]),
        (house(rule("a", then=[PAY])), house(rule("a", then=[])), ["a"]),
        (house(rule("a", then=[PAY])), house(rule("a", then=[PAY], priority=3)), ["a"]),
        (house(rule("a", then=[PAY])), house(rule("a", then=[PAY], note="x")), []),
        (house(rule("a", then=[PAY])), house(rule("a", then=[PAY]), rule("b")), []),
        (house(), house(rule("a", then=[{"each": "fine.x", "then": [PAY]}])), ["a"]),
    ],
)
def test_rules_that_move_money_need_two(old: dict[str, Any], new: dict[str, Any], found: list[str]) -> None:
    assert money_rules(old, new) == found
    assert approvals_needed(old, new, usually=1) == (2 if found else 1)


def test_an_overlay_that_changes_an_inherited_rule_that_moves_money() -> None:
    changed = customer(change={"a": {"/priority": 5}})
    assert money_rules(customer(), changed, house(rule("a", then=[PAY]))) == ["a"]
