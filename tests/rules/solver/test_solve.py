"""What can hold: never contradicted by an event under parameters that are allowed, and always shown by its witness."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.conditions import Condition, Resolved, build_condition, leaves
from rules.facts import View
from rules.observed import Observed
from rules.observing import verdict_of
from rules.params import misfit
from rules.solver.solve import World, can_hold
from rules.solver.verdicts import ANY, FALSE, NOT_TRUE, TRUE, UNKNOWN, set_of
from rules.solver.witness import effective
from tests.rules.matchers import random_rules
from tests.rules.solver import typed

EXAMPLES = int(os.environ.get("EXAMPLES", "150"))
QUIET = settings(max_examples=EXAMPLES)
DEMANDS = st.sampled_from([TRUE, TRUE, FALSE, NOT_TRUE, TRUE | UNKNOWN, UNKNOWN])


def leaf(fact: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"fact": fact, "op": op} | ({} if op == "changed" else {"value": value})


def every(*items: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(items)}


def lei(text: str) -> dict[str, str]:
    return {"money": f"{text} RON"}


def said(*written: dict[str, Any], verdicts: int = TRUE, world: World = typed.world) -> str:
    return can_hold([(build_condition(one), verdicts) for one in written], world).said


def shown(condition: Condition, event: dict[str, Any], params: dict[str, Any]) -> bool | None:
    """What the condition says of an event in which every aggregate came to what it has under `counted`."""
    counted = event.get("counted")
    low, high = counted or (None, None)
    aggregates = [
        value.name
        for one in leaves(condition)
        if isinstance(one, Resolved) and one.asked
        for value in one.asked.aggregates
    ]
    made = {**event, "observed": Observed({name: {"low": low, "high": high} for name in aggregates})}
    known = {
        one.name.rpartition(".")[2]: found
        for one in leaves(condition)
        if isinstance(one, Resolved) and (found := verdict_of(one, made, params)) is not None
    }
    return condition.evaluate(View({**made, "facts": {**made["facts"], "observed": known}}, params))


def prove(answer: Any, goals: list[tuple[Condition, int]], world: World) -> None:
    """The witness gives each condition one of its verdicts, and its parameters are allowed."""
    assert answer.witness is not None
    view = View(answer.witness.event, effective(answer.witness, world.params))
    assert all(set_of(condition.evaluate(view)) & verdicts for condition, verdicts in goals)
    for name, value in answer.witness.params.items():
        if name in world.params:
            assert misfit(world.params[name], value) is None


@pytest.mark.parametrize(
    "items",
    [
        [leaf("i.total", "gte", lei("5.00")), leaf("i.total", "lt", lei("5.00"))],
        [leaf("i.total", "gte", lei("5.00")), leaf("i.total", "lt", {"money": "9.00 EUR"})],
        [leaf("i.lines", "gt", 5), leaf("i.lines", "lt", 6)],
        [leaf("i.lines", "gt", {"param": "few"}), leaf("i.lines", "lt", 2)],
        [leaf("i.lines", "lt", {"param": "many"}), leaf("i.lines", "gt", {"param": "many"})],
        [leaf("i.lines", "lt", {"fact": "i.pages"}), leaf("i.pages", "lt", {"fact": "i.lines"})],
        [leaf("i.lines", "lt", {"fact": "i.pages"}), leaf("i.pages", "lt", 5), leaf("i.lines", "gt", 3)],
        [leaf("i.state", "in", ["draft", "paid"]), leaf("i.state", "ne", "draft"), leaf("i.state", "not_in", ["paid"])],
        [leaf("i.state", "eq", {"param": "mode"}), leaf("i.state", "eq", "paid")],
        [leaf("i.tags", "contains", "vip"), leaf("i.tags", "all_items", {"op": "ne", "value": "vip"})],
        [leaf("i.tags", "contains", "vip"), {"not": leaf("i.tags", "any_item", {"op": "starts_with", "value": "v"})}],
        [leaf("i.code", "starts_with", "ORD-"), leaf("i.code", "lt", "OR")],
        [leaf("i.code", "eq", "abc"), leaf("i.code", "matches", "z")],
        [leaf("i.due", "before", "2026-03-01"), leaf("i.due", "after", "2026-02-28")],
        [leaf("i.lines", "changed"), {"not": leaf("i.lines", "changed")}],
        [leaf("i.load", "exists", False), leaf("i.load", "ne", 5)],
        [
            {"count": "customer.invoices", "op": "gte", "value": 3},
            {"count": "customer.invoices", "op": "lt", "value": 2},
        ],
        [{"count": "customer.invoices", "op": "lt", "value": 0}],
        [leaf("free.x", "gt", 5), leaf("free.x", "eq", "text")],
        [{"param": "few", "op": "gt", "value": 4}],
        [leaf("i.total", "gte", {"param": "big"}), leaf("i.total", "lt", lei("2.00"))],
    ],
)
def test_what_can_never_hold(items: list[dict[str, Any]]) -> None:
    assert said(every(*items)) == "no"
    assert said(*reversed(items)) == "no"


@pytest.mark.parametrize(
    "items",
    [
        [leaf("i.total", "gte", lei("5.00")), leaf("i.total", "lt", lei("5.01"))],
        [leaf("i.load", "gt", 5), leaf("i.load", "lt", 6)],
        [leaf("i.lines", "gt", {"param": "few"}), leaf("i.lines", "lt", 3)],
        [leaf("i.lines", "lt", {"fact": "i.pages"}), leaf("i.pages", "lt", 5), leaf("i.lines", "gt", 2)],
        [leaf("i.tags", "contains", "vip"), leaf("i.tags", "any_item", {"op": "ne", "value": "vip"})],
        [leaf("i.code", "starts_with", "ORD-"), leaf("i.code", "ends_with", "7"), leaf("i.code", "contains", "x")],
        [leaf("i.due", "before", "2026-03-02"), leaf("i.due", "after", "2026-02-28")],
        [leaf("i.lines.change", "lte", -50), leaf("i.lines", "gt", 100), leaf("i.lines", "changed")],
        [leaf("i.total", "gt", {"percent": 85, "of": {"fact": "i.left"}})],
        [leaf("event.at", "during", "office-hours")],
        [leaf("i.code", "matches", "^abc$")],
        [leaf("free.x", "gt", 5), leaf("free.x", "lt", 5.1), leaf("free.y", "contains", "a")],
        [leaf("i.lines", "gte", {"param": "tab", "at": {"fact": "i.state"}}), leaf("i.lines", "lt", 2)],
    ],
)
def test_what_can_hold_has_a_witness(items: list[dict[str, Any]]) -> None:
    goals = [(build_condition(one), TRUE) for one in items]
    answer = can_hold(goals, typed.world)
    assert answer.said == "yes"
    prove(answer, goals, typed.world)


def test_what_cannot_be_decided_is_not_decided() -> None:
    assert said(leaf("i.code", "matches", "^(a|b)[0-9]{3,}$")) == "undecided"
    assert said(leaf("i.code", "ends_with", "a"), leaf("i.code", "ends_with", "b")) == "undecided"


def test_it_never_takes_long() -> None:
    wide = every(*({"any": [leaf(f"i.{one}{two}", "eq", 1) for two in range(30)]} for one in range(40)))
    torn = every(wide, leaf("i.lines", "gt", {"fact": "i.pages"}), leaf("i.lines", "lt", {"fact": "i.pages"}))
    assert said(wide) == "yes"
    assert said(torn) == "undecided"


@QUIET
@given(st.lists(typed.conditions, min_size=1, max_size=3), typed.events, typed.overrides)
def test_what_an_event_shows_is_never_denied(
    written: list[dict[str, Any]], event: dict[str, Any], given_params: dict[str, Any]
) -> None:
    assert all(misfit(typed.PARAMS[name], value) is None for name, value in given_params.items())
    params = {name: declared["default"] for name, declared in typed.PARAMS.items()} | given_params
    built = [build_condition(one) for one in written]
    goals = [(one, set_of(shown(one, event, params))) for one in built]
    assert can_hold(goals, typed.world).said != "no", str((written, event, params))


@QUIET
@given(st.lists(st.tuples(typed.conditions, DEMANDS), min_size=1, max_size=2))
def test_a_witness_always_witnesses(written: list[tuple[dict[str, Any], int]]) -> None:
    goals = [(build_condition(one), verdicts) for one, verdicts in written]
    answer = can_hold(goals, typed.world)
    assert (answer.said == "yes") is (answer.witness is not None)
    if answer.witness:
        prove(answer, goals, typed.world)


@QUIET
@given(st.lists(random_rules.conditions, min_size=1, max_size=3), random_rules.events, random_rules.params)
def test_what_any_event_shows_of_undeclared_facts_is_never_denied(
    written: list[dict[str, Any]], happened: dict[str, Any], params: dict[str, Any]
) -> None:
    view, world = View(happened, params), World(type=happened["type"])
    built = [build_condition(one) for one in written]
    answer = can_hold([(one, set_of(one.evaluate(view))) for one in built], world)
    assert answer.said != "no", str((written, happened, params))


@QUIET
@given(st.lists(random_rules.conditions, min_size=1, max_size=3))
@example([{"not": leaf("a", "eq", 5)}])
def test_verdicts_that_are_all_allowed_always_hold(written: list[dict[str, Any]]) -> None:
    assert can_hold([(build_condition(one), ANY) for one in written], World()).said == "yes"
