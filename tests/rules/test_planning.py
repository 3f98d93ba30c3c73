"""Plans: every step of a true rule as data, with its values worked out and its problems told."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.planning import PlannedAction, plan
from rules.rule import build_rule
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules

FACTS: dict[str, Any] = {
    "invoice": {
        "total": {"minor": 10_005, "currency": "RON"},
        "due_at": "2026-03-31",
        "number": "F-1",
        "note": "{{ customer.name }}",
    },
    "customer": {"name": "Ana"},
}


def planned(*steps: dict[str, Any], params: dict[str, Any] | None = None, **parts: Any) -> list[PlannedAction]:
    return plan(build_rule(rule(then=list(steps), **parts)), event(FACTS), params)


def argument(written: Any, params: dict[str, Any] | None = None) -> Any:
    [action] = planned({"do": "a.b", "with": {"x": written}}, params=params)
    assert action.problem is None, action.problem
    return action.arguments["x"]


def test_a_step_is_planned_with_its_defaults() -> None:
    assert planned({"do": "invoice.issue"}) == [PlannedAction(rule="r", id="invoice.issue", do="invoice.issue")]


def test_a_step_is_planned_with_all_its_parts() -> None:
    unless = {"fact": "invoice.state", "op": "eq", "value": "paid"}
    step = {
        "id": "mail",
        "do": "notify.email",
        "target": "customer",
        "after": "2d",
        "unless": unless,
        "if_refused": "skip",
        "ask": {"role": "operator", "within": "1d"},
    }
    [action] = planned(step, once={"per": "customer", "every": "7d"})
    assert asdict(action) == {
        "rule": "r",
        "id": "mail",
        "do": "notify.email",
        "target": "customer",
        "arguments": {},
        "after": 172_800,
        "hours": None,
        "unless": unless,
        "if_refused": "skip",
        "needs": None,
        "once": {"per": "customer", "every": "7d"},
        "problem": None,
        "row": None,
        "ask": {"role": "operator", "within": "1d"},
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        (5, 5),
        (None, None),
        (True, True),
        ({"money": "5.00 RON"}, {"minor": 500, "currency": "RON"}),
        ({"fact": "invoice.number"}, "F-1"),
        ({"fact": "invoice.missing", "default": "none"}, "none"),
        ({"param": "fee"}, {"minor": 700, "currency": "RON"}),
        ({"param": "words"}, "Dear Ana"),
        ({"param": "by_number", "at": {"fact": "invoice.number"}}, "First, Ana"),
        ({"percent": 50, "of": {"fact": "invoice.total"}}, {"minor": 5002, "currency": "RON"}),
        ({"percent": 10, "of": 25}, 2.5),
        ({"percent": {"param": "share"}, "of": 200}, 10),
        ({"date": "invoice.due_at", "offset": "-1mo"}, "2026-02-28"),
        ({"date": "event.at", "offset": "2h"}, "2026-03-01T12:00:00+00:00"),
        ([1, {"fact": "invoice.number"}], [1, "F-1"]),
        ("{{ invoice.number }}: {{ invoice.total }}", "F-1: 100.05 RON"),
        ({"fact": "invoice.note"}, "{{ customer.name }}"),
    ],
)
def test_values_are_worked_out(written: Any, value: Any) -> None:
    params = {"fee": {"money": "7.00 RON"}, "words": "Dear {{ customer.name }}", "share": 5}
    params |= {"by_number": {"F-1": "First, {{ customer.name }}"}}
    assert argument(written, params) == value


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"with": {"x": {"fact": "invoice.missing"}}}, "invoice.missing is not set"),
        ({"with": {"x": {"param": "fee"}}}, "the parameter fee is not set"),
        ({"with": {"x": {"param": "fee", "at": {"fact": "invoice.number"}}}}, "the parameter fee at invoice.number is"),
        ({"after": {"param": "fee", "at": {"fact": "invoice.number"}}}, "the parameter fee at invoice.number is"),
        ({"with": {"x": "{{ invoice.missing }}"}}, "invoice.missing"),
        ({"with": {"x": {"percent": 5, "of": {"fact": "invoice.number"}}}}, "the share of invoice.number is not set"),
        ({"after": {"param": "wait"}}, "the parameter wait"),
        ({"after": "-2d"}, "no duration from now on"),
        ({"hours": "night"}, 'no calendar "night"'),
        ({"hours": "office-hours", "after": "900000w"}, "does not open any more"),
    ],
)
def test_what_cannot_be_worked_out_is_a_problem_of_its_step_alone(step: dict[str, Any], said: str) -> None:
    broken, other = planned({"do": "a.b", **step}, {"do": "c.d", "with": {"y": 1}})
    assert said in str(broken.problem)
    assert other.problem is None
    assert other.arguments == {"y": 1}


def test_a_step_acts_only_where_its_own_condition_is_true() -> None:
    steps = [
        {"do": "a.b", "id": key, "if": {"fact": fact, "op": "eq", "value": "F-1"}}
        for key, fact in (("yes", "invoice.number"), ("no", "customer.name"), ("unknown", "invoice.missing"))
    ]
    assert [action.id for action in planned(*steps)] == ["yes"]


@pytest.mark.parametrize(
    ("invoice", "acts"),
    [
        ({"state": "sent"}, ["expire"]),
        ({"state": "draft"}, ["discard"]),
        ({"state": "paid"}, ["ticket", "and"]),
        ({"state": "void", "late": True}, ["ticket", "late", "and"]),
        ({"state": "void", "late": False}, ["ticket", "and", "last"]),
        ({"state": 5}, ["and"]),
        ({}, ["and"]),
    ],
)
def test_otherwise_acts_where_every_if_before_it_is_known_to_be_false(invoice: dict[str, Any], acts: list[str]) -> None:
    steps = [
        {"do": "expire", "if": {"fact": "invoice.state", "op": "eq", "value": "sent"}},
        {"do": "discard", "if": {"fact": "invoice.state", "op": "eq", "value": "draft"}},
        {"do": "ticket", "otherwise": True},
        {"do": "late", "otherwise": True, "if": {"fact": "invoice.late", "op": "eq", "value": True}},
        {"do": "and"},
        {"do": "last", "otherwise": True},
    ]
    if invoice.get("state") in ("sent", "draft"):
        acts = [*acts, "and"]
    found = plan(build_rule(rule(then=steps)), event({"invoice": invoice}))
    assert [action.id for action in found] == acts


def test_waiting_a_month_hangs_on_the_events_time() -> None:
    [action] = planned({"do": "a.b", "after": "1mo"})
    assert action.after == 31 * 86_400 - 3600, "noon in winter to noon in summer"
    [action] = planned({"do": "a.b", "after": {"param": "wait"}}, params={"wait": "90m"})
    assert action.after == 5400


@pytest.mark.parametrize(
    ("at", "step", "after"),
    [
        ("2026-03-03T10:00:00+02:00", {}, None),
        ("2026-03-03T10:00:00+02:00", {"after": "2h"}, 2 * 3600),
        ("2026-03-03T08:00:00+02:00", {}, 3600),
        ("2026-03-03T16:00:00+02:00", {"after": "1h"}, 17 * 3600),
        ("2026-03-06T17:00:00+02:00", {}, 64 * 3600),
        ("2026-03-06T12:00:00+02:00", {"after": "1wd"}, 72 * 3600),
        ("2026-03-06T18:00:00+02:00", {"after": "1wd"}, (72 + 15) * 3600),
        ("2026-03-27T18:00:00+02:00", {}, (24 + 24 + 15 - 1) * 3600),
        ("2026-03-03T08:59:59.500000+02:00", {}, 1),
    ],
)
def test_a_start_is_moved_into_opening_hours(at: str, step: dict[str, Any], after: int | None) -> None:
    built = build_rule(rule(then=[{"do": "a.b", "hours": "office-hours", **step}]))
    [action] = plan(built, event(at=at))
    assert (action.after, action.hours, action.problem) == (after, "office-hours", None)


@pytest.mark.parametrize("at", [None, "2026-03-01", "2026-03-01T10:00:00"])
def test_opening_hours_need_the_events_time(at: str | None) -> None:
    [action] = plan(build_rule(rule(then=[{"do": "a.b", "hours": "office-hours"}])), event(at=at))
    assert "no time from which to count" in str(action.problem)


def test_the_subject_is_the_default_target() -> None:
    assert [
        action.target for action in planned({"do": "a.b", "target": "subject"}, {"do": "c.d", "target": "order"})
    ] == [
        None,
        "order",
    ]


def test_plans_of_several_rules_are_data_in_order() -> None:
    rules = [
        build_rule(rule(key, then=[{"do": "x.y", "with": {"a": {"fact": "invoice.total"}}}])) for key in ("b", "a")
    ]
    actions = plan(rules, event(FACTS))
    assert [action.rule for action in actions] == ["b", "a"]
    assert json.loads(json.dumps([asdict(action) for action in actions]))[0]["arguments"]["a"]["minor"] == 10_005


@settings(max_examples=100)
@given(st.lists(random_rules.operands, max_size=4), random_rules.events, random_rules.params)
def test_whatever_happened_a_plan_is_data(written: list[Any], happened: dict[str, Any], params: dict[str, Any]) -> None:
    step = {"do": "a.b", "with": {"x": written, "y": "{{ a }} {{ m.total }}", "z": {"param": "t"}}}
    [action] = plan(build_rule(rule(then=[step])), happened, params)
    assert action.problem is None or action.problem


def test_a_step_that_needs_a_step_left_out_is_left_out_too() -> None:
    never = {"fact": "x", "op": "eq", "value": 2}
    steps = [{"id": "a", "if": never, "do": "n.a"}, {"needs": "a", "do": "n.b"}, {"id": "c", "do": "n.c"}]
    found = planned(*steps, {"needs": "c", "do": "n.d"})
    assert [(step.do, step.needs) for step in found] == [("n.c", None), ("n.d", "c")]
