"""Overlays: parameters, muted and added rules of one customer, and parameters' types and bounds."""

from __future__ import annotations

from typing import Any

import pytest

from rules.document import Document
from rules.overlays import conflicts, effective
from rules.params import kind_of_param, misfit
from tests.rules.cases import rule

HOUSE = Document(
    {
        "params": {
            "days": {"type": "integer", "default": 7, "min": 1, "max": 30},
            "limit": {"type": "money", "default": {"money": "5.00 RON"}},
        },
        "rules": [rule("b"), rule("a"), rule("z", priority=1)],
    }
)


def customer(**parts: Any) -> Document:
    return Document({"set": "customer:17", **parts})


def test_the_house_alone() -> None:
    rules = effective(HOUSE)
    assert [found.key for found in rules.rules] == ["z", "a", "b"]
    assert rules.params == {"days": 7, "limit": {"money": "5.00 RON"}}
    assert (rules.muted, rules.problems) == ({}, ())
    assert set(rules.origins.values()) == {"house"}


def test_a_customers_own_parameters_muted_and_added_rules() -> None:
    overlay = customer(
        params={"days": 14}, mute={"a": "contract of 2026-11"}, rules=[rule("a1"), rule("own", priority=1)]
    )
    rules = effective(HOUSE, overlay)
    assert [found.key for found in rules.rules] == ["z", "own", "b", "a1"]
    assert rules.params["days"] == 14
    assert rules.muted == {"a": "contract of 2026-11"}
    assert rules.origins == {"a": "house", "b": "house", "z": "house", "a1": "customer:17", "own": "customer:17"}
    assert rules.problems == ()


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"params": {"day": 5}}, "/params/day", "Did you mean days?"),
        ({"params": {"days": 31}}, "/params/days", "at most 30"),
        ({"params": {"days": "7"}}, "/params/days", "whole number"),
        ({"mute": {"c": "why"}}, "/mute/c", "no rule"),
        ({"rules": [rule("a")]}, "/rules/0/key", "another key"),
        ({"rules": [rule("x", iff=1)]}, "/rules/0", "iff"),
    ],
)
def test_what_does_not_fit_the_house_is_told_and_left_out(parts: dict[str, Any], pointer: str, said: str) -> None:
    rules = effective(HOUSE, customer(**parts))
    [problem] = rules.problems
    assert problem.pointer == pointer
    assert said in problem.message
    assert [found.key for found in rules.rules] == ["z", "a", "b"]
    assert rules.params["days"] == 7


@pytest.mark.parametrize(
    ("declared", "value", "fits"),
    [
        ({"type": "integer"}, 5, True),
        ({"type": "integer"}, 5.5, False),
        ({"type": "integer"}, True, False),
        ({"type": "percent", "max": 100}, 5.5, True),
        ({"type": "percent", "max": 100}, 101, False),
        ({"type": "money"}, {"money": "5.00 RON"}, True),
        ({"type": "money"}, {"money": "5.001 RON"}, False),
        ({"type": "money"}, {"money": 5}, False),
        ({"type": "money"}, 5, False),
        ({"type": "money", "min": {"money": "5.00 RON"}}, {"money": "4.99 RON"}, False),
        ({"type": "money", "min": {"money": "5.00 RON"}}, {"money": "9.00 EUR"}, False),
        ({"type": "duration", "min": "1d"}, "36h", True),
        ({"type": "duration", "min": "1d"}, "12h", False),
        ({"type": "duration"}, "soon", False),
        ({"type": ["duration"], "min": "1d"}, ["1d", "1mo"], True),
        ({"type": ["duration"], "min": "1d"}, ["1d", "1h"], False),
        ({"type": ["duration"]}, "1d", False),
        ({"type": ["text"]}, [], True),
        ({"type": "text"}, "x", True),
        ({"type": "template"}, 5, False),
        ({"type": "boolean"}, False, True),
        ({"type": "boolean"}, "no", False),
        ({"type": {"one_of": ["a", "b"]}}, "b", True),
        ({"type": {"one_of": ["a", "b"]}}, "c", False),
        ({"type": [{"one_of": ["a", "b"]}]}, ["a"], True),
        ({"type": [{"one_of": ["a", "b"]}]}, ["c"], False),
        ({"type": {"by": "x.y", "of": "integer"}, "max": 9}, {"1": 5, "else": 9}, True),
        ({"type": {"by": "x.y", "of": "integer"}, "max": 9}, {"1": 5, "else": 10}, False),
        ({"type": {"by": "x.y", "of": "integer"}}, {"1": "5"}, False),
        ({"type": {"by": "x.y", "of": "integer"}}, {}, False),
        ({"type": {"by": "x.y", "of": "integer"}}, 5, False),
        ({"type": {"by": "x.y", "of": "text"}}, {"money": "5.00 RON"}, False),
        ({"type": {"by": "x.y", "of": {"one_of": ["a"]}}}, {"else": "b"}, False),
    ],
)
def test_a_value_fits_its_type_and_bounds(declared: dict[str, Any], value: Any, fits: bool) -> None:
    assert (misfit(declared, value) is None) is fits


LOCKED = Document({"rules": [rule("law", locked=True, group="g", priority=50), rule("free", priority=1)]})


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"mute": {"law": "why"}}, "/mute/law", "no overlay may mute it"),
        ({"change": {"law": {"/title": "x"}}}, "/change/law", "no overlay may change it"),
        ({"rules": [rule("x", group="g", priority=49)]}, "/rules/0/priority", "priority above 50"),
        ({"change": {"free": {"/group": "g"}}}, "/change/free/~1group", "would run before it"),
    ],
)
def test_no_overlay_touches_a_locked_rule(parts: dict[str, Any], pointer: str, said: str) -> None:
    rules = effective(LOCKED, customer(**parts))
    [problem] = rules.problems
    assert problem.pointer == pointer
    assert said in problem.message
    assert [found.key for found in rules.rules] == ["free", "law"]
    assert rules.changed == rules.muted == {}
    assert rules.left_out == ({"customer:17/x": problem.message} if "rules" in parts else {})
    assert [found.pointer for found in conflicts(LOCKED, customer(**parts))] == [pointer]


@pytest.mark.parametrize(
    "parts",
    [
        {"rules": [rule("x", group="g", priority=50)]},
        {"rules": [rule("x", group="h", priority=1), rule("y", priority=1)]},
        {"mute": {"free": "why"}},
        {"change": {"free": {"/title": "x"}}},
    ],
)
def test_what_leaves_a_locked_rule_alone_is_allowed(parts: dict[str, Any]) -> None:
    assert effective(LOCKED, customer(**parts)).problems == ()


def test_a_customers_table_differs_from_the_houses_in_the_keys_it_names() -> None:
    declared = {"type": {"by": "invoice.state", "of": "integer"}, "default": {"paid": 1, "else": 2}, "max": 9}
    house = Document({"params": {"t": declared}, "rules": []})
    assert effective(house, customer(params={"t": {"paid": 5}})).params == {"t": {"paid": 5, "else": 2}}
    assert effective(house, customer(params={"t": {"void": 5}})).params == {"t": {"paid": 1, "void": 5, "else": 2}}
    refused = effective(house, customer(params={"t": {"paid": 10}}))
    assert refused.params == {"t": {"paid": 1, "else": 2}}
    assert [problem.pointer for problem in refused.problems] == ["/params/t"]


def test_kinds_of_parameters() -> None:
    kinds = [
        kind_of_param({"type": wanted})
        for wanted in ("percent", "money", "duration", ["text"], {"one_of": ["a"]}, {"by": "a", "of": "money"})
    ]
    assert kinds == ["number", "money", "text", "list", "text", "money"]
