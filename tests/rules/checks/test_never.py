"""What the checks say can never be, no event shows, under any parameters that are allowed; and their witnesses witness, in
every matcher that decides."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import EventType, MachineSpec
from rules.checks import check
from rules.document import Document
from rules.document.problem import Problem
from rules.matching import compile_rules
from tests.rules.cases import rule
from tests.rules.checks.declared import Catalog
from tests.rules.solver import typed

EXAMPLES = int(os.environ.get("EXAMPLES", "150"))
MATCHERS = ("reference", "compiled", "durable")
DEFAULTS = {name: one["default"] for name, one in typed.PARAMS.items()}
# few values, so that much of it can never be: two demands on one fact and its parameters
lines = st.builds(
    lambda op, value: {"fact": "i.lines", "op": op, "value": value},
    st.sampled_from(typed.ORDER),
    st.integers(0, 6) | st.sampled_from([{"param": "few"}, {"param": "many"}]),
)
states = st.builds(
    lambda op, value: {"fact": "i.state", "op": op, "value": value},
    st.sampled_from(["eq", "ne"]),
    st.sampled_from(["draft", "issued", "paid", {"param": "mode"}]),
)
narrow = st.lists(lines | states, min_size=2, max_size=5).map(lambda items: {"all": items})
conditions = (narrow | typed.conditions).filter(lambda one: '"count"' not in json.dumps(one))


def declared() -> Catalog:
    made = Catalog()
    facts = tuple(typed.FACTS.values())
    made.machines.add("i", MachineSpec("i", "i", ("draft", "issued", "paid"), "draft", facts, {}))
    made.event_types.add("i.noted", EventType("i.noted", noun="i"))
    return made


CATALOG = declared()


def told(condition: dict[str, Any]) -> dict[str, Problem]:
    """What is told of a rule with that condition; nothing is assumed of one that has other errors."""
    document = Document({"params": typed.PARAMS, "rules": [rule("r", "i.noted", if_=condition)]})
    found = [one for one in check([document], CATALOG, strict=True) if one.rule == "r"]
    other = [one for one in found if one.severity == "error" and one.code != "never-true"]
    return {} if other else {one.code: one for one in found}


def acts(condition: dict[str, Any], event: dict[str, Any], params: dict[str, Any]) -> set[bool]:
    """What each matcher says."""
    made = [compile_rules([rule("r", "i.noted", if_=condition)], name) for name in MATCHERS]
    said = {matcher.match(event, DEFAULTS | params) == ["r"] for matcher in made}
    for matcher in made:
        matcher.close()
    return said


@settings(max_examples=EXAMPLES)
@given(conditions, st.lists(st.tuples(typed.events, typed.overrides), min_size=8, max_size=8))
def test_no_event_shows_what_can_never_be(condition: dict[str, Any], happened: list[tuple[Any, Any]]) -> None:
    found = told(condition)
    if "never-true" in found:
        for event, params in happened:
            assert acts(condition, {**event, "type": "i.noted", "subject": "i:1"}, params) == {False}


@settings(max_examples=EXAMPLES)
@given(conditions)
def test_the_witness_of_a_finding_witnesses_in_every_matcher(condition: dict[str, Any]) -> None:
    found = told(condition)
    if (problem := found.get("never-true-now")) is not None:
        assert problem.witness is not None
        assert acts(condition, problem.witness["event"], problem.witness["params"]) == {True}
        assert acts(condition, problem.witness["event"], {}) == {False}


def test_both_are_found_among_such_rules() -> None:
    few, many = ({"fact": "i.lines", "op": "lt", "value": {"param": one}} for one in ("few", "many"))
    five = {"fact": "i.lines", "op": "gte", "value": 5}
    three = {"fact": "i.lines", "op": "eq", "value": 3}
    assert "never-true" in told({"all": [few, five]})
    assert "never-true-now" in told({"all": [few, three]})
    assert told({"all": [many, five]}).keys() & {"never-true", "never-true-now"} == set()
