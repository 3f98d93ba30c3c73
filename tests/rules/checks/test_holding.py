"""Which conditions can hold together, and which `otherwise` can never act."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.checks import check
from rules.checks.holding import can_hold
from rules.checks.scope import Scope
from rules.conditions import build_condition
from rules.document import Document
from rules.facts import View
from rules.rule import build_rule
from tests.rules.cases import rule
from tests.rules.checks.declared import Catalog, catalog
from tests.rules.matchers import random_rules

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


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(random_rules.conditions, min_size=1, max_size=3), random_rules.events, random_rules.params)
def test_what_an_event_shows_to_hold_can_hold(
    written: list[dict[str, Any]], happened: dict[str, Any], params: dict[str, Any]
) -> None:
    view, scope = View(happened, params), Scope(build_rule(rule()), Catalog())
    built = [build_condition(one) for one in written]
    known = [(one, verdict) for one in built if (verdict := one.evaluate(view)) is not None]
    assert can_hold(known, scope)
