"""Steps that ask for opposed things of one object on one event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.checks.opposing import opposed_transitions
from tests.rules.cases import rule
from tests.rules.checks.shop import shop, told, true_of


def leaf(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


BIG, SMALL = leaf("order.lines", "gte", 5), leaf("order.lines", "lte", 5)
TINY = leaf("order.lines", "lt", 5)


def doing(key: str, action: str, if_: Any = None, **parts: Any) -> dict[str, Any]:
    step = {
        "do": action,
        **{name: parts.pop(name) for name in ("with", "after", "if", "each", "target") if name in parts},
    }
    return rule(key, parts.pop("when", "order.created"), if_=if_, then=[step], **parts)


def test_which_transitions_are_opposed_follows_from_the_machine() -> None:
    assert opposed_transitions("order.cancel", shop()) == {
        "order.approve": ("pending",),
        "order.pay": ("pending",),
    }
    assert "order.pay" not in opposed_transitions("order.approve", shop())  # one can come after the other
    assert opposed_transitions("order.hold", shop()) == {"order.free": ("paid", "held")}
    for one in ("approve", "pay", "cancel", "hold", "free"):
        for other, _states in opposed_transitions(f"order.{one}", shop()).items():
            assert f"order.{one}" in opposed_transitions(other, shop())


def test_two_rules_that_ask_for_opposed_transitions_are_told_with_an_event_of_both() -> None:
    rules = doing("a", "order.approve", BIG), doing("b", "order.cancel", SMALL)
    [problem] = told("contradiction", *rules)
    assert (problem.severity, problem.rule, problem.pointer) == ("warning", "b", "/rules/1/then/0/do")
    assert '"a" asks for order.approve' in problem.message
    assert problem.witness is not None
    assert problem.witness["event"]["facts"]["order"] == {"lines": 5, "state": "pending"}
    assert true_of(problem, *rules) == ["a", "b"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"if_": BIG}, {"if_": TINY}),
        ({"group": "g"}, {"group": "g"}),
        ({}, {"after": "2d"}),
        ({}, {"when": "order.approved"}),
        ({"until": "2026-01-01"}, {"from": "2026-02-01"}),
        ({"if_": leaf("order.state", "eq", "held")}, {}),
        ({"each": "order.parts", "target": "item"}, {}),
    ],
)
def test_rules_that_never_meet_do_not_contradict(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert told("contradiction", doing("a", "order.approve", **first), doing("b", "order.cancel", **second)) == []


def test_steps_of_one_rule_are_held_against_each_other() -> None:
    cancel = {"do": "order.cancel", "if": SMALL}
    one = rule("a", "order.created", then=[{"do": "order.approve", "if": BIG}, cancel])
    assert [problem.pointer for problem in told("contradiction", one)] == ["/rules/0/then/1/do"]
    apart = rule(
        "a", "order.created", then=[{"do": "order.approve", "if": BIG}, {"do": "order.cancel", "otherwise": True}]
    )
    assert told("contradiction", apart) == []


def test_an_action_and_its_inverse_contradict_where_they_are_about_the_same() -> None:
    adds = doing("a", "tag.add", **{"with": {"text": "vip"}})
    assert len(told("contradiction", adds, doing("b", "tag.remove", **{"with": {"text": "vip"}}))) == 1
    assert told("contradiction", adds, doing("b", "tag.remove", **{"with": {"text": "other"}})) == []


def test_rows_of_one_relation_meet() -> None:
    of_rows = {"each": "order.parts", "target": "item"}
    assert (
        len(told("contradiction", doing("a", "order.approve", **of_rows), doing("b", "order.cancel", **of_rows))) == 1
    )
    draft = of_rows | {"if": leaf("item.state", "eq", "paid")}
    assert told("contradiction", doing("a", "order.approve", **of_rows), doing("b", "order.cancel", **draft)) == []


CONDITIONS = st.sampled_from(
    [
        None,
        BIG,
        SMALL,
        TINY,
        leaf("order.state", "eq", "pending"),
        leaf("order.state", "in", ["held", "paid"]),
        leaf("order.code", "ne", "x"),
    ]
)
ACTIONS = st.sampled_from(
    ["order.approve", "order.pay", "order.cancel", "order.hold", "order.free", "tag.add", "tag.remove"]
)


@settings(max_examples=60)
@given(ACTIONS, CONDITIONS, ACTIONS, CONDITIONS)
def test_a_contradiction_is_the_same_from_both_sides(one: str, if_one: Any, other: str, if_other: Any) -> None:
    first = told("contradiction", doing("a", one, if_one), doing("b", other, if_other))
    second = told("contradiction", doing("a", other, if_other), doing("b", one, if_one))
    assert len(first) == len(second)


def test_an_overlay_is_held_against_the_house() -> None:
    house = doing("a", "order.approve", BIG)
    added = {"rules": [doing("b", "order.cancel", SMALL)]}
    [problem] = told("contradiction", house, overlay=added)
    assert (problem.rule, problem.pointer) == ("b", "/rules/0/then/0/do")
    assert told("contradiction", house, overlay={**added, "mute": {"a": "agreed"}}) == []
    cancels = doing("b", "order.cancel", TINY)
    changed = {"change": {"b": {"/if": SMALL}}}
    assert told("contradiction", house, cancels) == []
    [problem] = told("contradiction", house, cancels, overlay=changed)
    assert problem.pointer == "/change/b/~1if"
