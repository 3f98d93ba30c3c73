"""Rules that lead back to themselves."""

from __future__ import annotations

from typing import Any

from tests.rules.cases import rule
from tests.rules.checks.shop import told


def leaf(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


def does(key: str, when: Any, action: str, **parts: Any) -> dict[str, Any]:
    return rule(key, when, then=[{"do": action}], **parts)


def test_a_circle_is_told_once_with_the_whole_of_it() -> None:
    [problem] = told("loop", does("a", "order.held", "order.free"), does("b", "order.freed", "order.hold"))
    assert (problem.rule, problem.pointer) == ("a", "/rules/0/then/0")
    assert "a does order.free, which is order.freed; b does order.hold, which is order.held; a again" in problem.message


def test_a_rule_about_everything_leads_back_to_itself() -> None:
    assert len(told("loop", does("a", "order.*", "note.write"))) == 1
    assert told("loop", does("a", "order.created", "note.write")) == []


def test_what_a_machine_or_a_condition_forbids_is_no_circle() -> None:
    assert told("loop", does("a", "order.paid", "order.approve"), does("b", "order.approved", "order.pay")) == []
    held = leaf("order.state", "eq", "held")
    assert told("loop", does("a", "order.*", "order.free", if_=held)) == []
    few = does("a", "order.noted", "note.write", if_=leaf("order.lines", "lt", 3))
    assert len(told("loop", few)) == 1


def test_once_ends_a_circle() -> None:
    assert told("loop", does("a", "order.*", "note.write", once={"per": "subject"})) == []
    again = does("a", "order.*", "note.write", once={"per": "subject", "again_after": "order.noted"})
    assert len(told("loop", again)) == 1


def test_a_longer_circle_through_the_house_is_told_of_the_overlay() -> None:
    house = does("a", "order.held", "order.free"), does("b", "order.noted", "order.hold")
    overlay = {"rules": [does("c", "order.freed", "note.write")]}
    [problem] = told("loop", *house, overlay=overlay)
    assert problem.rule == "c"
    assert told("loop", *house) == []
