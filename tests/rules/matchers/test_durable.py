"""The engine's matcher says what the reference says, whatever rules and events; and what happens when it fails."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.conditions import build_condition
from rules.matchers.atoms import TooLarge, terms
from rules.matchers.contract import Matcher
from rules.matchers.durable import MAX_FAILURES, DurableMatcher
from rules.matchers.engine import Network
from rules.matching import compile_rules
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules


@settings(max_examples=300)
@given(random_rules.rule_lists, st.lists(random_rules.events, min_size=1, max_size=6), random_rules.params)
def test_it_agrees_with_the_reference(
    rules: list[dict[str, Any]], happened: list[dict[str, Any]], params: dict[str, Any]
) -> None:
    durable, reference = compile_rules(rules, "durable"), compile_rules(rules, "reference")
    assert isinstance(durable, DurableMatcher)
    try:
        for one in [*happened, *happened]:
            assert durable.match(one, params) == reference.match(one, params)
        assert durable.fallbacks == 0
    finally:
        durable.close()


def test_many_rules_over_one_path_agree() -> None:
    rules = [rule(f"r{n:03}", if_={"fact": "x", "op": op, "value": n}) for n in range(100) for op in ("lt",)]
    rules += [rule(f"n{n:03}", if_={"not": {"fact": "x", "op": "between", "value": [n, n + 5]}}) for n in range(100)]
    rules += [rule(f"t{n:03}", if_={"fact": f"f{n}", "op": "exists", "value": False}) for n in range(300)]
    durable, reference = compile_rules(rules, "durable"), compile_rules(rules)
    for seen in (-1, 0, 49.5, 50, 99, 2**80, None, "50", True):
        happened = event({"x": seen, "f7": 1})
        assert durable.match(happened) == reference.match(happened)
    assert isinstance(durable, DurableMatcher)
    assert durable.fallbacks == 0
    durable.close()


def test_a_condition_with_too_many_alternatives_is_one_verdict() -> None:
    pair = {"any": [{"fact": "x", "op": "gt", "value": 5}, {"fact": "y", "op": "gt", "value": 5}]}
    large = {"all": [{"any": [*pair["any"], {"fact": f"z{n}", "op": "eq", "value": 1}]} for n in range(8)]}
    with pytest.raises(TooLarge):
        terms(build_condition(large))
    durable = compile_rules([rule(if_=large)], "durable")
    assert durable.match(event({"y": 6})) == ["r"]
    assert durable.match(event({"y": 5})) == []
    durable.close()


def test_only_so_many_rules_have_networks_and_the_reference_answers_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rules.matchers.durable.MAX_RULES", 4)
    rules = [rule(f"r{n}", f"order.t{n % 4}", if_={"fact": "x", "op": "gt", "value": n}) for n in range(8)]
    durable, reference = compile_rules(rules, "durable"), compile_rules(rules)
    assert isinstance(durable, DurableMatcher)
    for _lap in range(2):
        for n in range(4):
            happened = event({"x": 6}, type=f"order.t{n}")
            assert durable.match(happened) == reference.match(happened)
    assert sorted(durable._groups) == ["order.t0", "order.t1"]
    assert durable.fallbacks == 0
    durable.close()


def test_when_the_engine_fails_the_reference_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    durable = compile_rules([rule(if_={"fact": "x", "op": "gt", "value": 5})], "durable")
    assert isinstance(durable, DurableMatcher)

    def fail(*_: Any) -> set[int]:
        raise RuntimeError("rc 303")

    with monkeypatch.context() as patched:
        patched.setattr(Network, "match", fail)
        assert durable.match(event({"x": 6})) == ["r"]
    assert durable.fallbacks == 1
    assert durable.match(event({"x": 6})) == ["r"]
    assert durable.fallbacks == 1
    monkeypatch.setattr(Network, "match", fail)
    for _ in range(10):
        assert durable.match(event({"x": 6})) == ["r"]
    assert durable.fallbacks == MAX_FAILURES
    durable.close()


def test_a_closed_matcher_still_answers_and_may_be_closed_again() -> None:
    durable = compile_rules([rule(if_={"fact": "x", "op": "gt", "value": 5})], "durable")
    assert durable.match(event({"x": 6})) == ["r"]
    durable.close()
    durable.close()
    assert durable.match(event({"x": 6})) == ["r"]


def test_both_matchers_keep_the_contract() -> None:
    for name in ("reference", "durable"):
        assert isinstance(compile_rules([], name), Matcher)


def test_threads_may_share_a_matcher() -> None:
    rules = [rule(f"r{n}", if_={"fact": "x", "op": "gte", "value": n}) for n in range(40)]
    durable = compile_rules(rules, "durable")
    wrong: list[int] = []

    def ask(first: int) -> None:
        for seen in range(first, 400, 4):
            if len(durable.match(event({"x": seen % 40}))) != seen % 40 + 1:
                wrong.append(seen)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert wrong == []
    durable.close()


def test_building_and_closing_many_times_is_safe() -> None:
    for round_number in range(50):
        durable = compile_rules([rule(if_={"fact": "x", "op": "eq", "value": round_number})], "durable")
        assert durable.match(event({"x": round_number})) == ["r"]
        durable.close()
    gc.collect()
