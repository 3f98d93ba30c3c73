"""Matching by other engines beside ours: the same rules and events, each engine in its own words, in one run.

Peers are given our index by event type: each is asked only the rules of the event's type. They do not tell missing facts,
other kinds or unknown from false as our rules do, and are not held to that here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cel
import rule_engine
import zen
from business_rules.engine import check_conditions_recursively
from business_rules.variables import BaseVariables, numeric_rule_variable, string_rule_variable
from json_logic import jsonLogic

from rules.matching import compile_rules
from tests.bench.matching import events, hand_written, rules
from tests.bench.measure import interleaved, table

SIZE, SAMPLE = 1_000, 500
Asked = Callable[[dict[str, Any]], bool]


class Variables(BaseVariables):
    """What business-rules sees of an event."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    @string_rule_variable()
    def country(self) -> str:
        return self.facts["customer"]["country"]

    @numeric_rule_variable()
    def total(self) -> int:
        return self.facts["order"]["total"]


def _zen(country: str, low: int, high: int) -> Asked:
    asked = zen.compile_expression(f"customer.country == '{country}' and order.total >= {low} and order.total < {high}")
    return asked.evaluate


def _rule_engine(country: str, low: int, high: int) -> Asked:
    asked = rule_engine.Rule(
        f"customer['country'] == '{country}' and order['total'] >= {low} and order['total'] < {high}"
    )
    return asked.matches


def _cel(country: str, low: int, high: int) -> Asked:
    asked = cel.compile(f"customer.country == '{country}' && order.total >= {low} && order.total < {high}")
    return asked.execute


def _json_logic(country: str, low: int, high: int) -> Asked:
    total = {"var": "order.total"}
    asked = {"and": [{"==": [{"var": "customer.country"}, country]}, {">=": [total, low]}, {"<": [total, high]}]}
    return lambda facts: jsonLogic(asked, facts)


def _business_rules(country: str, low: int, high: int) -> Asked:
    asked = {
        "all": [
            {"name": "country", "operator": "equal_to", "value": country},
            {"name": "total", "operator": "greater_than_or_equal_to", "value": low},
            {"name": "total", "operator": "less_than", "value": high},
        ]
    }
    return lambda facts: check_conditions_recursively(asked, Variables(facts))


PEERS: dict[str, Callable[[str, int, int], Asked]] = {
    "zen-engine": _zen,
    "common-expression-language": _cel,
    "rule-engine": _rule_engine,
    "json-logic-qubit": _json_logic,
    "business-rules": _business_rules,
}


def _matcher(
    written: list[dict[str, Any]], make: Callable[[str, int, int], Asked]
) -> Callable[[dict[str, Any]], list[str]]:
    by_type: dict[str, list[tuple[str, Asked]]] = {}
    for rule in written:
        country, low, high = (condition["value"] for condition in rule["if"]["all"])
        by_type.setdefault(rule["when"], []).append((rule["key"], make(country, low, high)))

    def match(event: dict[str, Any]) -> list[str]:
        return [key for key, asked in by_type.get(event["type"], ()) if asked(event["facts"])]

    return match


def run() -> None:
    written, happened = rules(SIZE, SIZE), events(7)[:SAMPLE]
    by_hand = hand_written(written)
    matchers: dict[str, Callable[[dict[str, Any]], list[str]]] = {"if/elif": by_hand}
    matchers |= {name: compile_rules(written, matcher=name).match for name in ("compiled", "durable", "reference")}
    matchers |= {name: _matcher(written, make) for name, make in PEERS.items()}
    expected = [by_hand(event) for event in happened]
    for name, match in matchers.items():
        if [match(event) for event in happened] != expected:
            raise AssertionError(f"{name} disagrees with the if/elif")
    acts = {name: (lambda match=match: [match(event) for event in happened]) for name, match in matchers.items()}
    found = interleaved(acts, rounds=5, repeat=1)
    rows = [
        (name, round(seconds / SAMPLE * 1e6, 2), round(seconds / found["if/elif"], 2))
        for name, seconds in sorted(found.items(), key=lambda one: one[1])
    ]
    table(f"Matching at {SIZE:,} rules over 50 event types", ("engine", "µs per event", "× if/elif"), rows)
