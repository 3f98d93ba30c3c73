"""The generated code says what the reference says, whatever rules, parameters and events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.matchers.compiled import CHUNK, MAX_KINDS, CompiledMatcher, generate
from rules.matching import compile_rules
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules

SEEN: list[Any] = [
    -1, 0, 1, 5, 5.0, 49.5, 2**53, 2**53 + 1, float(2**53), 2**80, float("nan"), float("inf"), -float("inf"), None, "", "a", "RO",
    "5", True, False, [], ["a"], [5], {}, {"minor": 500, "currency": "RON"}, {"minor": 500, "currency": "EUR"},
    {"minor": True, "currency": "RON"}, {"minor": 500, "currency": "RON", "more": 1}, {"minor": 5.0, "currency": "RON"},
]  # fmt: skip
WANTED: list[Any] = [5, 0, 5.0, 2**53, 0.1, "a", "", "RO", True, False, {"money": "5.00 RON"}, [], ["a", 5]]


@settings(max_examples=600)
@given(random_rules.rule_lists, st.lists(random_rules.events, min_size=1, max_size=6), random_rules.params)
def test_it_agrees_with_the_reference(
    rules: list[dict[str, Any]], happened: list[dict[str, Any]], params: dict[str, Any]
) -> None:
    compiled, reference = compile_rules(rules, "compiled"), compile_rules(rules, "reference")
    for one in [*happened, *happened]:
        assert compiled.match(one, params) == reference.match(one, params)


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "lte", "gt", "gte"])
@pytest.mark.parametrize("negated", [False, True])
def test_every_kind_against_every_kind(op: str, negated: bool) -> None:
    leaves = [{"fact": "x", "op": op, "value": wanted} for wanted in WANTED]
    leaves += [{"fact": "x", "op": "between", "value": [low, high]} for low in WANTED[:7] for high in WANTED[:7]]
    leaves += [
        {"fact": "x", "op": word, "value": found} for word in ("in", "not_in") for found in ([], ["a"], ["a", 5])
    ]
    leaves += [{"fact": "x", "op": "exists", "value": flag} for flag in (True, False)]
    rules = [rule(f"r{number:03}", if_={"not": leaf} if negated else leaf) for number, leaf in enumerate(leaves)]
    compiled, reference = compile_rules(rules, "compiled"), compile_rules(rules)
    for seen in SEEN:
        assert compiled.match(event({"x": seen})) == reference.match(event({"x": seen})), seen


@pytest.mark.parametrize("facts", [None, [], "text", 5, {"m": None}, {"m": []}, {"m": "text"}, {"m": {"n": None}}, {}])
def test_what_is_no_fact_is_not_set(facts: Any) -> None:
    leaves = [{"fact": "m.n", "op": "exists", "value": False}, {"fact": "m.n", "op": "eq", "value": "a"}]
    rules = [rule(f"r{number}", if_=leaf) for number, leaf in enumerate(leaves)]
    happened = {**event({}), "facts": facts}
    assert compile_rules(rules, "compiled").match(happened) == compile_rules(rules).match(happened) == ["r0"]


@pytest.mark.parametrize("kind", [None, 5, [], {}, "", "other.type"])
def test_events_of_no_or_another_type_match_nothing(kind: Any) -> None:
    compiled = compile_rules([rule(when="order.paid")], "compiled")
    assert compiled.match({**event({}), "type": kind}) == []
    assert compiled.match({"facts": {}}) == []


def test_no_text_of_a_rule_ever_becomes_code() -> None:
    hostile = ["'); import os; ('", '"""', "\\", "{view}", "__ARGUMENTS__", "c0", "\n    raise SystemExit", "os.system"]
    leaves = [
        {
            "fact": f"{word.replace(' ', '').replace('.', '').replace('{', '').replace('}', '').strip() or 'x'}",
            "op": "eq",
            "value": word,
        }
        for word in hostile
    ]
    rules = [
        rule(f"r{number}", if_={"any": [leaf, {"fact": "x", "op": "eq", "value": word}]})
        for number, (leaf, word) in enumerate(zip(leaves, hostile, strict=True))
    ]
    compiled, reference = compile_rules(rules, "compiled"), compile_rules(rules)
    for word in hostile:
        assert compiled.match(event({"x": word})) == reference.match(event({"x": word})) != []


def test_many_rules_of_one_type_and_many_demands() -> None:
    rules = [
        rule(f"r{number:04}", if_={"all": [
            {"fact": "country", "op": "eq", "value": f"C{number % 40}"}, {"fact": "total", "op": "gte", "value": number},
        ]})
        for number in range(3 * CHUNK)
    ]  # fmt: skip
    rules += [rule(f"q{number:04}", if_={"fact": "total", "op": "lt", "value": number}) for number in range(3 * CHUNK)]
    compiled, reference = compile_rules(rules, "compiled"), compile_rules(rules)
    for country in ("C0", "C7", "C39", "C40", None, 5, ["C0"]):
        for total in (-1, 5, 300, 10_000, None):
            happened = event({"country": country, "total": total})
            assert compiled.match(happened) == reference.match(happened)


def test_the_deepest_condition_that_a_document_can_have() -> None:
    condition: dict[str, Any] = {"fact": "x", "op": "eq", "value": 1}
    for _level in range(11):
        condition = {"not": {"all": [condition]}}
    compiled, reference = compile_rules([rule(if_=condition)], "compiled"), compile_rules([rule(if_=condition)])
    for seen in (1, 2, None):
        assert compiled.match(event({"x": seen})) == reference.match(event({"x": seen}))


def test_parameters_are_operands_so_customers_share_the_code() -> None:
    compiled = compile_rules([rule(if_={"fact": "x", "op": "gte", "value": {"param": "n"}})], "compiled")
    assert isinstance(compiled, CompiledMatcher)
    assert compiled.match(event({"x": 5}), {"n": 5}) == ["r"]
    assert compiled.match(event({"x": 5}), {"n": 6}) == []
    assert compiled.match(event({"x": 5}), {"n": "5"}) == []
    assert compiled.match(event({"x": 5})) == []
    assert len(compiled._groups) == 1


def test_event_types_that_nobody_declared_are_not_kept_without_end() -> None:
    compiled = CompiledMatcher([])
    for number in range(MAX_KINDS + 50):
        compiled.match({"type": f"t{number}", "facts": {}})
    assert len(compiled._kinds) == MAX_KINDS


def test_nothing_to_ask_is_a_function_too() -> None:
    assert generate([])({"facts": {}}, None) == []
