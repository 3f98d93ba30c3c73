"""Which conditions can hold together, and which `otherwise` can never act."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks import check
from rules.document import Document
from rules.document.problem import Problem
from tests.rules.cases import rule
from tests.rules.checks import shop
from tests.rules.checks.declared import catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}


def leaf(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


def lei(amount: int) -> dict[str, str]:
    return {"money": f"{amount}.00 RON"}


def otherwise(*before: dict[str, Any], **parts: Any) -> list[tuple[str, str]]:
    """Pointer and message of what is told about a last step that is `otherwise`, after steps with these conditions."""
    own = {"if": parts.pop("own")} if "own" in parts else {}
    steps = [{**MAIL, "id": f"s{place}", "if": found} for place, found in enumerate(before)]
    written = rule("r", "invoice.issued", then=[*steps, {**MAIL, **own, "otherwise": True}], **parts)
    found = check([Document({"rules": [written]})], catalog())
    assert all(problem.severity == "error" for problem in found)
    return [(problem.pointer, problem.message) for problem in found]


@pytest.mark.parametrize(
    "before",
    [
        [leaf("invoice.total", "gte", lei(5)), leaf("invoice.total", "lt", lei(5))],
        [leaf("invoice.total", "lte", lei(5)), leaf("invoice.total", "gt", lei(4))],
        [leaf("invoice.sent", "eq", True), leaf("invoice.sent", "eq", False)],
        [leaf("invoice.state", "in", ["draft", "issued"]), leaf("invoice.state", "eq", "paid")],
        [leaf("invoice.lines", "lte", 5), leaf("invoice.lines", "gte", 6)],
        [leaf("invoice.state", "ne", "paid"), leaf("invoice.state", "eq", "paid")],
        [
            {"any": [leaf("invoice.sent", "eq", True), leaf("invoice.lines", "eq", 1)]},
            {"not": leaf("invoice.lines", "eq", 1)},
        ],
        [leaf("customer.tags", "contains", "a"), {"not": leaf("customer.tags", "contains", "a")}],
        [leaf("customer.vat", "exists", True), leaf("customer.vat", "exists", False)],
    ],
)
def test_a_dead_otherwise(before: list[dict[str, Any]]) -> None:
    [(pointer, message)] = otherwise(*before)
    assert pointer == f"/rules/0/then/{len(before)}/otherwise"
    assert "never does" in message


def test_an_otherwise_that_is_dead_because_of_its_rule_or_its_own_condition() -> None:
    draft = leaf("invoice.state", "eq", "draft")
    assert otherwise(draft) == []
    assert len(otherwise(draft, if_=draft)) == 1
    assert len(otherwise(draft, own=draft)) == 1
    assert otherwise(draft, own=leaf("invoice.state", "ne", "paid")) == []


@pytest.mark.parametrize(
    "before",
    [
        [leaf("invoice.total", "gt", lei(5)), leaf("invoice.total", "lt", lei(5))],
        [leaf("invoice.state", "in", ["draft", "issued"])],
        [leaf("invoice.lines", "lte", 5), leaf("invoice.lines", "gte", 7)],
        [leaf("customer.vat", "lt", "b"), leaf("customer.vat", "gt", "b")],
        [leaf("invoice.sent", "eq", True), leaf("invoice.lines", "eq", 1)],
        [
            leaf("invoice.lines", "gt", {"fact": "invoice.extra.a"}),
            leaf("invoice.lines", "lte", {"fact": "invoice.extra.b"}),
        ],
        [{"all": [{"any": [leaf(f"invoice.extra.{n}", "eq", m) for m in "ab"]} for n in range(9)]}],
    ],
)
def test_an_otherwise_that_may_act(before: list[dict[str, Any]]) -> None:
    assert otherwise(*before) == []


def test_an_otherwise_with_nothing_before_it() -> None:
    [(pointer, message)] = otherwise()
    assert pointer == "/rules/0/then/0/otherwise"
    assert "no step before" in message


def only(code: str, *rules: dict[str, Any], **house: Any) -> list[Problem]:
    return [problem for problem in shop.found(*rules, **house) if problem.code == code]


FEW = {"few": {"type": "integer", "default": 2, "min": 1, "max": 4}}
BELOW = leaf("order.lines", "lt", {"param": "few"})


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            {"all": [leaf("order.lines", "gt", 5), leaf("order.total", "gt", lei(1)), leaf("order.lines", "lt", 6)]},
            "order.lines is more than 5 and order.lines is less than 6, which cannot be together",
        ),
        (
            {"all": [BELOW, leaf("order.lines", "gte", 4)]},
            "order.lines is less than the parameter few and order.lines is at least 4",
        ),
        (
            {
                "not": {
                    "any": [
                        leaf("order.lines", "gt", 5),
                        leaf("order.lines", "lte", 5),
                        leaf("order.lines", "exists", False),
                    ]
                }
            },
            "no event can make this true",
        ),
    ],
)
def test_a_rule_that_no_event_makes_true(condition: dict[str, Any], said: str) -> None:
    used = rule("p", "order.created", if_=BELOW, then=[{"do": "order.pay"}])
    [problem] = only(
        "never-true", rule("r", "order.created", if_=condition, then=[{"do": "order.pay"}]), used, params=FEW
    )
    assert (problem.severity, problem.rule, problem.pointer) == ("error", "r", "/rules/0/if")
    assert said in problem.message
    assert problem.witness is None


def test_in_an_event_of_a_transition_the_state_is_one_to_which_it_leads() -> None:
    pending = leaf("order.state", "eq", "pending")
    assert len(only("never-true", rule("r", "order.paid", if_=pending, then=[{"do": "order.hold"}]))) == 1
    assert (
        only("never-true", rule("r", ["order.paid", "order.created"], if_=pending, then=[{"do": "order.hold"}])) == []
    )
    from_held = leaf("transition.from", "eq", "held")
    assert len(only("never-true", rule("r", "order.paid", if_=from_held, then=[{"do": "order.hold"}]))) == 1


def test_a_rule_that_only_other_parameters_make_true() -> None:
    condition = {"all": [BELOW, leaf("order.lines", "gte", 3)]}
    [problem] = only(
        "never-true-now", rule("r", "order.created", if_=condition, then=[{"do": "order.pay"}]), params=FEW
    )
    assert problem.severity == "warning"
    assert "with few 4 one would" in problem.message
    assert problem.witness is not None
    assert problem.witness["params"] == {"few": 4}


def test_a_step_that_never_acts() -> None:
    steps = [{"do": "order.pay", "if": leaf("order.lines", "lt", 5)}]
    [problem] = only("step-never-acts", rule("r", "order.created", if_=leaf("order.lines", "gte", 5), then=steps))
    assert (problem.severity, problem.pointer) == ("error", "/rules/0/then/0/if")
    inner = {
        "each": "order.parts",
        "if": leaf("item.lines", "gt", 5),
        "then": [{"do": "order.pay", "target": "item", "if": leaf("item.lines", "lt", 5)}],
    }
    [problem] = only("step-never-acts", rule("r", "order.created", then=[inner]))
    assert problem.pointer == "/rules/0/then/0/then/0/if"


def test_what_is_not_decided_is_said() -> None:
    [problem] = shop.found(
        rule("r", "order.created", if_=leaf("order.country", "matches", "^[A-Z]{2}$"), then=[{"do": "order.pay"}])
    )
    assert (problem.severity, problem.code) == ("note", "undecided")


def test_a_limit_that_stops_the_rule_at_once() -> None:
    steps = [{"do": "order.pay"}, {"do": "note.write"}]
    assert [
        found.code for found in shop.found(rule("r", "order.created", then=steps, limit={"actions": 1, "within": "1h"}))
    ] == ["limit"]
