"""The outside interface, on real inputs: other engines' cases and three histories with outside match sets."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from rules.document import BadRules
from rules.matching import UnknownMatcher, compile_rules, matching_rules
from tests.rules.cases import MATCHERS, SHARED, event, history, needs_shared, rule

# What our meaning makes of the classes in which engines differ.
EDGE = {
    "float_epsilon": "numbers compare exactly, without an epsilon",
    "case_insensitive_list": "members compare by eq, case-sensitive; another kind is unknown",
    "null_field": "null is not set: exists is false, everything else unknown",
    "null_value": "comparing with null is unknown; exists asks for it",
    "missing_field": "a missing fact is unknown, so its negation does not act either",
    "mixed_type": "different kinds are unknown, nothing is coerced",
    "loose_eq": "different kinds are unknown, nothing is coerced",
    "bool_order": "booleans have no order",
    "bad_regex": "a pattern that RE2 refuses is a problem of the document",
    "container_field": "lists are equal member by member",
    "container_value": "lists are equal member by member",
    "datetime": "lt and gt compare text by code point; before and after compare time",
    "regex_dialect": "RE2",
}
REFUSED = {"growthbook-0063"}
# Edge cases of these classes come out otherwise than in the engine they are from, always as "does not act".
STRICTER = {
    "case_insensitive_list",
    "null_field",
    "null_value",
    "missing_field",
    "mixed_type",
    "loose_eq",
    "bool_order",
}


def cases(tier: str) -> list[Any]:
    path = SHARED / "data" / "conditions" / "cases.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [case for case in map(json.loads, lines) if case["tier"] == tier]
    return [pytest.param(case, id=case["id"]) for case in found]


@needs_shared
@pytest.mark.parametrize("matcher", MATCHERS)
@pytest.mark.parametrize("case", cases("core"))
def test_core_cases_of_other_engines_agree(case: dict[str, Any], matcher: str) -> None:
    acts = matching_rules([rule(if_=case["condition"])], event(case["facts"]), matcher) == ["r"]
    assert acts is case["expected"]


@needs_shared
@pytest.mark.parametrize("matcher", MATCHERS)
@pytest.mark.parametrize("case", cases("edge"))
def test_edge_cases_have_our_meaning(case: dict[str, Any], matcher: str) -> None:
    assert set(case["edge"]) <= EDGE.keys()
    if case["id"] in REFUSED:
        with pytest.raises(BadRules, match="/rules/0/if/value"):
            compile_rules([rule(if_=case["condition"])], matcher)
        return
    acts = matching_rules([rule(if_=case["condition"])], event(case["facts"]), matcher) == ["r"]
    if acts is not case["expected"]:
        assert not acts
        assert STRICTER & set(case["edge"])


@needs_shared
@pytest.mark.parametrize("matcher", MATCHERS)
@pytest.mark.parametrize("name", ["fines", "orders", "tickets"])
def test_histories_match_exactly(name: str, matcher: str) -> None:
    folder = SHARED / "data" / "history"
    rules = json.loads((folder / f"{name}.rules.json").read_text(encoding="utf-8"))["rules"]
    expected = json.loads((folder / f"{name}.expected.json").read_text(encoding="utf-8"))["rules"]
    compiled = compile_rules(rules, matcher)
    found: dict[str, list[str]] = {item["key"]: [] for item in rules}
    for happened in history(name):
        for key in compiled.match(happened):
            found[key].append(happened["id"])
    compiled.close()
    counted = {
        key: {
            "matches": len(ids),
            "sha256": hashlib.sha256("\n".join(sorted(ids, key=str.encode)).encode()).hexdigest(),
        }
        for key, ids in found.items()
    }
    assert counted == expected


def test_a_compiled_matcher_may_be_given() -> None:
    compiled = compile_rules([rule("a")])
    assert matching_rules([], event(), compiled) == ["a"]


def test_an_unknown_matcher_is_named() -> None:
    with pytest.raises(UnknownMatcher, match="Did you mean reference"):
        compile_rules([], "referense")


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"if_": {"fact": "a", "op": "matches", "value": "("}}, "/rules/0/if/value", "pattern"),
        ({"if_": {"fact": "a", "op": "matches", "value": "(?=a)"}}, "/rules/0/if/value", "RE2"),
        ({"if_": {"fact": "a", "op": "matches", "value": "((a{500}){500}){500}"}}, "/rules/0/if/value", "pattern"),
        ({"if_": {"not": {"fact": "a", "op": "before", "value": "soon"}}}, "/rules/0/if/not/value", "2026-03-01"),
        ({"if_": {"fact": "a", "op": "eq", "value": {"money": "5.001 RON"}}}, "/rules/0/if/value", "500.00 RON"),
        ({"from": "2026-02-30"}, "/rules/0/from", "2026-03-01"),
        ({"then": [{"do": "a.b", "with": {"x": "{{ y"}}]}, "/rules/0/then/0/with/x", "Liquid"),
        ({"then": [{"do": "a.b", "with": {"x": ["{% include 'y' %}"]}}]}, "/rules/0/then/0/with/x/0", "include"),
        (
            {"then": [{"do": "a.b", "unless": {"fact": "a", "op": "matches", "value": "("}}]},
            "/rules/0/then/0/unless/value",
            "pattern",
        ),
        ({"if_": {"fact": "a", "op": "eq", "value": float("nan")}}, "/rules/0/if/value", "finite"),
        ({"if_": {"fact": "a", "op": "eq", "value": {1, 2}}}, "/rules/0/if/value", "JSON"),
        ({"if_": {"fact": "a", "op": "eqq", "value": 1}}, "/rules/0/if/op", "Did you mean eq"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_with_rule_and_pointer(
    parts: dict[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(BadRules) as refused:
        compile_rules([rule("bad-one", **parts)])
    [problem] = refused.value.problems
    assert (problem.rule, problem.pointer) == ("bad-one", pointer)
    assert said in problem.message


def test_a_slow_pattern_is_fast() -> None:
    evil = {"fact": "x", "op": "matches", "value": "(a+)+$"}
    assert matching_rules([rule(if_=evil)], event({"x": "a" * 200_000 + "b"})) == []


def test_every_problem_is_told_at_once() -> None:
    bad = {"fact": "a", "op": "matches", "value": "("}
    with pytest.raises(BadRules) as refused:
        compile_rules([rule("a", if_=bad), rule("b"), rule("c", if_=bad)])
    assert [problem.rule for problem in refused.value.problems] == ["a", "c"]
