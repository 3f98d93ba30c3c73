"""Backtests of files: counts and hashes per rule, with each customer's own rules."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from rules.backtest_file import backtest
from rules.document import BadRules, Document
from tests.rules.cases import MATCHERS, event, rule

HOUSE = Document(
    {
        "params": {"least": {"type": "integer", "default": 5}},
        "rules": [rule("large", if_={"fact": "x", "op": "gte", "value": {"param": "least"}}), rule("all")],
    }
)
EVENTS = [
    event({"x": 5}, id="é"),
    event({"x": 4}, id="b"),
    event({"x": 4}, id="a", customer="customer:1"),
    event({"x": 9}, id="c", customer="customer:2"),
]


@pytest.mark.parametrize("matcher", MATCHERS)
def test_matches_are_counted_and_hashed(matcher: str) -> None:
    tally = backtest([HOUSE], EVENTS, matcher)
    assert tally.events == 4
    assert tally.matched == {"large": ["é", "c"], "all": ["é", "b", "a", "c"]}
    assert tally.as_data()["large"] == {"matches": 2, "sha256": hashlib.sha256("c\né".encode()).hexdigest()}


@pytest.mark.parametrize("matcher", MATCHERS)
def test_a_customer_with_a_set_of_their_own_is_matched_by_it(matcher: str) -> None:
    own = {"set": "customer:1", "params": {"least": 4}, "mute": {"all": "said so"}, "rules": [rule("own")]}
    tally = backtest([HOUSE, Document(own)], EVENTS, matcher)
    assert tally.matched == {"large": ["é", "a", "c"], "all": ["é", "b", "c"], "own": ["a"]}


@pytest.mark.parametrize("own", [{"params": {"most": 1}}, {"rules": [{"key": "x"}]}])
def test_rules_that_cannot_be_used_are_refused(own: dict[str, Any]) -> None:
    with pytest.raises(BadRules):
        backtest([HOUSE, Document({"set": "customer:1", **own})], EVENTS)


def test_nothing_in_is_nothing_out() -> None:
    assert backtest([], []).as_data() == {}
