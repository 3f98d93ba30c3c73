"""The nearest miss is the smallest set of comparisons whose turning makes a condition true."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.conditions import All, AnyOf, Comparison, Condition, Not, build_condition, leaves
from rules.facts import View
from rules.nearest_miss import nearest_miss

LEAVES = st.sampled_from("abcd").map(lambda name: {"fact": name, "op": "eq", "value": 1})
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=6,
)
SAID = {True: "true", False: "false", None: "unknown"}
FACTS = st.fixed_dictionaries({name: st.sampled_from([None, 0, 1]) for name in "abcd"})


@given(CONDITIONS, FACTS)
def test_it_is_as_small_as_can_be_and_suffices(data: dict[str, Any], facts: dict[str, Any]) -> None:
    condition, view = build_condition(data), View({"facts": facts})
    missed = set(nearest_miss(condition, {leaf.pointer: SAID[leaf.evaluate(view)] for leaf in leaves(condition)}))
    every = [leaf.pointer for leaf in leaves(condition)]
    sufficient = (
        set(some)
        for size in range(len(every) + 1)
        for some in combinations(every, size)
        if _turned(condition, view, set(some), wanted=True)
    )
    assert len(missed) == len(next(sufficient))
    assert _turned(condition, view, missed, wanted=True)


def _turned(condition: Condition, view: View, turned: set[str], *, wanted: bool) -> bool:
    """Whether the condition can come out as `wanted` where the comparisons at `turned` say whatever is wanted of them."""
    if isinstance(condition, Comparison):
        return condition.pointer in turned or condition.evaluate(view) is wanted
    if isinstance(condition, Not):
        return _turned(condition.item, view, turned, wanted=not wanted)
    assert isinstance(condition, All | AnyOf)
    found = [_turned(item, view, turned, wanted=wanted) for item in condition.items]
    return all(found) if isinstance(condition, All) is wanted else any(found)
