"""What is the same JSON, and what only looks so to Python."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.parts import same

SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, 2.0]) | st.sampled_from(["", "1", "a"])
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner))


@given(JSON, JSON)
def test_same_are_those_of_one_text(one: Any, other: Any) -> None:
    assert same(one, other) is (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
    assert same(one, json.loads(json.dumps(one)))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ({"a": [{"b": 0}]}, {"a": [{"b": False}]}), ([1, 2], [1, 2.0]), ({"a": 1}, {"a": "1"})],
)
def test_what_python_takes_for_equal_is_told_apart(one: Any, other: Any) -> None:
    assert not same(one, other)


def test_the_order_of_names_is_nothing_that_of_items_something() -> None:
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same([1, 2], [2, 1])
