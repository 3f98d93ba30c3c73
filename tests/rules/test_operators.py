"""Each operator, with true, false and unknown. Every verdict is checked in every matcher, plain and negated."""

from __future__ import annotations

from typing import Any

import pytest

from rules.operators import operators
from tests.rules.cases import compared, event, says

RON = {"minor": 50_000, "currency": "RON"}
EUR = {"minor": 50_000, "currency": "EUR"}
TABLE: list[tuple[Any, str, Any, bool | None]] = [
    (5, "eq", 5, True),
    (5, "eq", 5.0, True),
    (2**53 + 1, "eq", float(2**53), False),
    (2**70, "eq", 2**70, True),
    (2**70, "gt", 1e300, False),
    (5, "eq", "5", None),
    (1, "eq", True, None),
    (True, "eq", True, True),
    (True, "eq", False, False),
    ("é", "eq", "é", True),
    ("a", "eq", "A", False),
    ("5", "eq", 5, None),
    (None, "eq", 5, None),
    (..., "eq", 5, None),
    (5, "eq", None, None),
    (float("nan"), "eq", 5, None),
    (float("inf"), "gt", 5, None),
    ({"a": 1}, "eq", 5, None),
    (RON, "eq", {"money": "500.00 RON"}, True),
    (EUR, "eq", {"money": "500.00 RON"}, None),
    (500, "eq", {"money": "500.00 RON"}, None),
    ({"minor": True, "currency": "RON"}, "eq", {"money": "0.01 RON"}, None),
    (["a", "b"], "eq", ["a", "b"], True),
    (["b", "a"], "eq", ["a", "b"], False),
    (["a"], "eq", ["a", "b"], False),
    ([["a"]], "eq", [["a"]], True),
    ([1], "eq", ["1"], None),
    (5, "ne", 6, True),
    (5, "ne", 5, False),
    (5, "ne", "5", None),
    (..., "ne", 5, None),
    (4.99, "lt", 5, True),
    (5, "lt", 5, False),
    ("a", "lt", "b", True),
    ("Z", "lt", "a", True),
    ("z", "lt", "é", True),
    (False, "lt", True, None),
    (["a"], "lt", ["b"], None),
    (5, "lte", 5, True),
    (6, "lte", 5, False),
    (6, "gt", 5, True),
    (5, "gt", 5, False),
    (5, "gte", 5, True),
    (4, "gte", 5, False),
    (RON, "gte", {"money": "499.99 RON"}, True),
    (RON, "gte", {"money": "499.99 EUR"}, None),
    (5, "between", [1, 5], True),
    (0, "between", [1, 5], False),
    (3, "between", [5, 1], False),
    ("m", "between", ["a", "z"], True),
    (0, "between", [1, "z"], False),
    (3, "between", [1, "z"], None),
    ("a", "in", ["a", "b"], True),
    ("c", "in", ["a", "b"], False),
    ("c", "in", ["a", 1], None),
    ("a", "in", [1, "a"], True),
    ("a", "in", [], False),
    (..., "in", [], None),
    (RON, "in", [{"money": "500.00 RON"}], True),
    ("c", "not_in", ["a", "b"], True),
    ("a", "not_in", ["a", "b"], False),
    (1, "not_in", ["a"], None),
    (["a", "b"], "contains", "a", True),
    (["a", "b"], "contains", "c", False),
    ([1, "b"], "contains", "c", None),
    ([], "contains", "c", False),
    ("hello", "contains", "ell", True),
    ("hello", "contains", "", True),
    ("hello", "contains", 1, None),
    (12, "contains", "1", None),
    ("hello", "starts_with", "he", True),
    ("hello", "starts_with", "lo", False),
    (12, "starts_with", "1", None),
    ("hello", "ends_with", "lo", True),
    ("hello", "ends_with", "he", False),
    (..., "ends_with", "he", None),
    ("hello", "matches", "l+", True),
    ("hello", "matches", "^l", False),
    ("HELLO", "matches", "(?i)hello", True),
    ("Ăîș", "matches", r"^\p{L}+$", True),
    ("\ud800", "matches", "a", None),
    (12, "matches", "1", None),
    (5, "exists", True, True),
    (None, "exists", True, False),
    (..., "exists", True, False),
    (..., "exists", False, True),
    (float("nan"), "exists", True, True),
    (False, "exists", False, False),
    ("2026-02-28", "before", "2026-03-01", True),
    ("2026-03-01", "before", "2026-03-01", False),
    ("2026-03-01T01:00:00+02:00", "before", "2026-02-28T23:30:00+00:00", True),
    ("2026-03-01T01:00:00", "before", "2026-03-01T02:00:00+00:00", None),
    ("2026-03-01T23:00:00+00:00", "before", "2026-03-01", False),
    ("2026-02-28T21:59:59Z", "before", "2026-03-01", True),
    ("2026-02-28T22:00:00Z", "before", "2026-03-01", False),
    ("2026-07-31T21:00:00Z", "after", "2026-07-31", True),
    ("2026-07-31T23:59:59", "after", "2026-07-31", False),
    ("0001-01-01T00:00:00+14:00", "after", "2026-07-31", False),
    ("9999-12-31T23:59:59Z", "after", "9999-12-31", False),
    ("soon", "before", "2026-03-01", None),
    ("2026-02-30", "before", "2026-03-01", None),
    (20260301, "before", "2026-03-01", None),
    ("2026-03-02", "after", "2026-03-01", True),
    ("2026-03-01", "after", "2026-03-01", False),
    ("2026-03-01T00:00:00Z", "after", "2026-02-28T23:59:59Z", True),
    ("2026-03-03T10:00:00+02:00", "during", "office-hours", True),
    ("2026-03-03T08:00:00+02:00", "during", "office-hours", False),
    ("2026-03-03T10:00:00", "during", "office-hours", None),
    ("2026-03-03", "during", "office-hours", None),
    ("2026-03-03T10:00:00+02:00", "during", "nobody's", None),
    (["vip-1", "b"], "any_item", {"op": "starts_with", "value": "vip"}, True),
    (["a", "b"], "any_item", {"op": "starts_with", "value": "vip"}, False),
    (["a", 1], "any_item", {"op": "starts_with", "value": "vip"}, None),
    ([], "any_item", {"op": "eq", "value": 1}, False),
    ([2, 3], "all_items", {"op": "gt", "value": 1}, True),
    ([2, 1], "all_items", {"op": "gt", "value": 1}, False),
    ([2, None], "all_items", {"op": "gt", "value": 1}, None),
    ([], "all_items", {"op": "gt", "value": 1}, True),
    ("ab", "all_items", {"op": "gt", "value": 1}, None),
]


@pytest.mark.parametrize(("seen", "op", "wanted", "verdict"), TABLE)
def test_an_operator_says_true_false_or_unknown(seen: Any, op: str, wanted: Any, verdict: bool | None) -> None:
    assert compared(seen, op, wanted) is verdict


def test_changed_is_false_on_creation_and_known_always() -> None:
    changed = {"fact": "invoice.total", "op": "changed"}
    assert says(changed, event({"invoice": {"total": 5}})) is False
    assert says(changed, event({"invoice": {"total": 5}}, was={"invoice.total": None})) is True
    assert says(changed, event({}, was={"invoice.other": 1})) is False


def test_every_operator_is_tested() -> None:
    assert {op for _, op, _, _ in TABLE} | {"changed"} == set(operators.names())


@pytest.mark.parametrize("name", [operator.name for operator in operators if operator.opposite])
def test_an_opposite_is_known_exactly_where_the_operator_is(name: str) -> None:
    opposite = operators.get(name).opposite
    for seen, op, wanted, verdict in TABLE:
        if op == name:
            assert compared(seen, opposite, wanted) is (None if verdict is None else not verdict)
