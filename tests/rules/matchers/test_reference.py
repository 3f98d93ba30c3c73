"""Proofs: what each condition saw and said, in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings

from rules.document import Document
from rules.matchers.reference import ReferenceMatcher
from rules.matching import build_rules, compile_rules
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules


def prove(condition: dict[str, Any], facts: dict[str, Any], **parts: Any) -> Any:
    rules = build_rules(Document({"rules": [rule(if_=condition)]}))
    return ReferenceMatcher(rules).prove(event(facts, **parts))[0]


@pytest.mark.parametrize(
    ("op", "value", "facts", "told"),
    [
        (
            "gte",
            {"money": "500.00 RON"},
            {"x": {"minor": 48_000, "currency": "RON"}},
            "x was 480.00 RON, needs at least 500.00 RON: 20.00 short",
        ),
        ("lte", 5, {"x": 7.5}, "x was 7.5, needs at most 5: 2.5 too much"),
        ("gte", {"money": "5.00 RON"}, {"x": {"minor": 1, "currency": "EUR"}}, "unknown: x is in EUR, not in RON"),
        ("eq", "paid", {"x": "void"}, 'x was "void", needs "paid"'),
        ("eq", "paid", {"x": "paid"}, 'x was "paid", which is "paid"'),
        ("ne", "paid", {"x": "paid"}, 'x was "paid", needs anything but "paid"'),
        ("contains", "VIP", {}, "unknown: x is not set"),
        ("contains", "VIP", {"x": ["a"]}, 'x was "a", and not one that contains "VIP"'),
        ("eq", 5, {"x": "5"}, "unknown: x is text, not a number"),
        ("eq", {"fact": "y"}, {"x": 5}, "unknown: what x is compared with is not set"),
        ("exists", True, {}, "x is not set"),
        ("between", [1, 3], {"x": 5}, "x was 5, needs between 1 and 3"),
        ("before", "2026-01-01", {"x": "soon"}, 'unknown: x is "soon", which cannot be compared here'),
    ],
)
def test_sentences(op: str, value: Any, facts: dict[str, Any], told: str) -> None:
    assert prove({"fact": "x", "op": op, "value": value}, facts).conditions[0].sentence == told


def test_a_proof_shows_every_condition_without_short_cuts() -> None:
    leaves = [{"fact": name, "op": "eq", "value": 1} for name in ("a", "b", "c")]
    proof = prove({"all": [leaves[0], {"any": [{"not": leaves[1]}, leaves[2]]}]}, {"a": 2, "b": 1})
    assert (proof.verdict, proof.acts) == ("false", False)
    assert [(seen.pointer, seen.verdict) for seen in proof.conditions] == [
        ("/if/all/0", "false"),
        ("/if/all/1/any/0/not", "true"),
        ("/if/all/1/any/1", "unknown"),
    ]


def test_a_proof_is_data() -> None:
    condition = {
        "all": [
            {"fact": "x", "op": "lt", "value": {"percent": 33, "of": {"fact": "y"}}},
            {"fact": "z", "op": "before", "value": {"date": "event.at", "offset": "1d"}},
            {"fact": "l", "op": "any_item", "value": {"op": "eq", "value": 1}},
            {"fact": "x", "op": "changed"},
        ]
    }
    proof = prove(condition, {"x": 1, "y": 2.5, "z": "2026-01-01", "l": [1]}, was={"x": 2})
    assert json.loads(json.dumps(asdict(proof), allow_nan=False))["conditions"][0]["wanted"] == 0.825


def test_a_rule_that_does_not_fit_is_shown_as_not_eligible() -> None:
    rules = build_rules(Document({"rules": [rule(when="order.paid")]}))
    [proof] = ReferenceMatcher(rules).prove(event())
    assert (proof.eligible, proof.verdict, proof.acts) == (False, "true", False)


@settings(max_examples=150)
@given(random_rules.rule_lists, random_rules.events, random_rules.params)
def test_whatever_happened_the_proof_says_what_the_matcher_says(
    rules: list[dict[str, Any]], happened: dict[str, Any], params: dict[str, Any]
) -> None:
    matcher = compile_rules(rules)
    assert isinstance(matcher, ReferenceMatcher)
    proofs = matcher.prove(happened, params)
    assert [proof.rule for proof in proofs if proof.acts] == matcher.match(happened, params)
    json.dumps([asdict(proof) for proof in proofs], allow_nan=False)
    assert all(seen.sentence for proof in proofs for seen in proof.conditions)


def test_monstrous_facts_only_make_long_sentences_short() -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    facts = {"a": deep, "b": 10**6000, "c": {"minor": 10**6000, "currency": "RON"}, "d": float("nan"), "e": "x" * 10**6}
    for name in facts:
        for op in ("eq", "lt", "contains"):
            seen = prove({"fact": name, "op": op, "value": 5}, facts).conditions[0]
            assert len(seen.sentence) < 300
    share = {"percent": 50, "of": {"fact": "c"}}
    assert prove({"fact": "c", "op": "gt", "value": share}, facts).verdict == "true"
    share = {"percent": {"fact": "b"}, "of": 100}
    assert prove({"fact": "b", "op": "eq", "value": share}, facts).verdict == "true"
