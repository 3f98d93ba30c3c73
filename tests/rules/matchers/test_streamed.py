"""Batches of lines say what the reference says of each event, and of counted rules the number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.matchers.streamed import StreamedMatcher
from rules.matching import compile_rules
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules


def _line(one: dict[str, Any]) -> str | None:
    """What a log can keep: JSON with a type that is text."""
    try:
        return json.dumps(one, allow_nan=False, ensure_ascii=False) if isinstance(one.get("type"), str) else None
    except (TypeError, ValueError):
        return None


def _told(rules: list[dict[str, Any]], lines: list[str], params: dict[str, Any] | None = None) -> dict[str, list[int]]:
    reference = compile_rules(rules)
    found: dict[str, list[int]] = {one["key"]: [] for one in rules}
    for place, line in enumerate(lines):
        for key in reference.match(json.loads(line), params):
            found[key].append(place)
    return found


@settings(max_examples=100)
@given(
    random_rules.rule_lists,
    st.lists(st.lists(random_rules.events, max_size=8), min_size=1, max_size=3),
    random_rules.params,
)
def test_it_agrees_with_the_reference(
    rules: list[dict[str, Any]], batches: list[list[dict[str, Any]]], params: dict[str, Any]
) -> None:
    built = compile_rules(rules).rules  # type: ignore[attr-defined]
    counted = {one["key"] for one in rules[::2]}
    streamed = StreamedMatcher(built, params, counted)
    for batch in batches:
        lines = [line for one in batch if (line := _line(one)) is not None]
        answer, expected = streamed.ask(lines), _told(rules, lines, params)
        assert {key: answer.number(key) for key in expected} == {key: len(places) for key, places in expected.items()}
        assert answer.places == {key: places for key, places in expected.items() if places and key not in counted}


@pytest.mark.parametrize("when", ["*", "order.*", "*.paid", "order_paid", ["x", "*d"], "audit.*"])
def test_types_and_patterns(when: Any) -> None:
    kinds = ("order.paid", "order_paid", "x", "audit.note", "rule.stopped", "order\\z", "it's")
    lines = [json.dumps(event({}, type=kind)) for kind in kinds]
    built = compile_rules([rule(when=when)]).rules  # type: ignore[attr-defined]
    key = built[0].key
    assert StreamedMatcher(built).ask(lines).places.get(key, []) == _told([rule(when=when)], lines)[key]
