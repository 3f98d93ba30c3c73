"""What was observed is the same for every matcher, for the proof, and for whoever reads it back from the store."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.lookups import Row, Rows
from rules.conditions import leaves
from rules.document.model import Document
from rules.matchers.columnar import ColumnarMatcher
from rules.matchers.reference import ReferenceMatcher
from rules.matching import build_rules, compile_rules
from rules.observed import Observed
from rules.observing import UNSEEN, Stored, measured, resolved, sources_of, stored
from rules.planning import plan
from tests.rules.cases import MATCHERS, event, rule
from tests.rules.matchers.random_rules import comparisons, events, facts, literals

ITEM_FACTS = ["n", "m"]
row_conditions = st.builds(
    lambda name, op, value: {"fact": f"item.{name}", "op": op, "value": value},
    st.sampled_from(ITEM_FACTS),
    st.sampled_from(["eq", "ne", "lt", "gte"]),
    literals,
)
sources = st.sampled_from(
    [
        {"of": "customer", "within": "7d", "name": "order.paid"},
        {"since": "order.created", "name": "order.paid"},
        {"name": "customer.orders"},
    ]
)


def _aggregate(kind: str, source: dict[str, Any], take: str, condition: Any) -> dict[str, Any]:
    parts = {key: value for key, value in source.items() if key != "name"}
    taken = {} if kind == "count" else {"take": f"item.{take}"}
    return {kind: source["name"]} | parts | taken | ({"if": condition} if condition else {})


aggregates = st.builds(
    _aggregate,
    st.sampled_from(["count", "sum", "min", "max"]),
    sources,
    st.sampled_from(ITEM_FACTS),
    st.none() | row_conditions,
)
right = literals | aggregates | st.builds(lambda one: {"percent": -50, "of": one}, aggregates)
aggregate_leaves = st.builds(
    lambda one, op, value: one | {"op": op, "value": value},
    aggregates | st.just({"fact": "a"}),
    st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]),
    right,
) | st.builds(
    lambda one, values: one | {"op": "between", "value": values}, aggregates, st.lists(right, min_size=2, max_size=2)
)
conditions = st.recursive(
    comparisons | aggregate_leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=6,
)
found_rows = st.builds(
    lambda found, more: Rows(tuple(Row(place, f"order:{place}", one) for place, one in enumerate(found, 1)), more),
    st.lists(st.dictionaries(st.sampled_from(ITEM_FACTS), facts | st.integers(0, 5)), max_size=4),
    st.booleans(),
)


@given(st.lists(conditions, min_size=1, max_size=4), events, st.none() | found_rows)
def test_every_matcher_and_the_proof_agree_also_after_a_round_through_the_store(
    written: list[Any], happened: dict[str, Any], rows: Rows | None
) -> None:
    rules = build_rules(Document({"rules": [rule(f"r{place}", if_=one) for place, one in enumerate(written)]}))
    observing = [one for one in rules if one.sources]
    observed = measured(happened, observing, {}, dict.fromkeys(sources_of(observing, happened), rows))
    seen = resolved(happened, observing, {}, Stored(observed))
    matchers = [compile_rules(rules, name) for name in MATCHERS]
    said = [
        matcher.match_many([seen], {})[0] if isinstance(matcher, ColumnarMatcher) else matcher.match(seen, {})
        for matcher in matchers
    ]
    for matcher in matchers:
        matcher.close()
    proofs = ReferenceMatcher(rules).prove(seen, {})
    assert said == [[proof.rule for proof in proofs if proof.acts]] * len(MATCHERS)
    back = json.loads(json.dumps(stored(seen, [])))
    again = resolved(happened, observing, {}, Stored(Observed(back.get("seen", {}))))
    assert ReferenceMatcher(rules).match(again, {}) == said[0]


def test_a_comparison_with_an_aggregate_is_a_boolean_fact_that_is_missing_where_it_is_unknown() -> None:
    one = {"count": "customer.orders", "op": "gte", "value": 2}
    (built,) = build_rules(Document({"rules": [rule(if_={"not": one})]}))
    (leaf,) = leaves(built.condition)
    happened = event(customer="customer:1")
    for count, said in ((1, False), (2, True)):
        rows = Rows(tuple(Row(place, "order:1") for place in range(count)))
        observed = measured(happened, [built], {}, dict.fromkeys(built.sources, rows))
        seen = resolved(happened, [built], {}, Stored(observed))
        assert seen["facts"]["observed"] == {leaf.name.removeprefix("observed."): said}
    assert resolved(happened, [built], {}, UNSEEN)["facts"]["observed"] == {}
    assert resolved(happened, [], {}, UNSEEN) is happened


def test_what_an_event_brings_with_it_is_never_taken_for_observed() -> None:
    one = {"count": "customer.orders", "op": "gte", "value": 2}
    (built,) = build_rules(Document({"rules": [rule(if_=one, then=[{"do": "x", "each": "customer.orders"}])]}))
    (leaf,) = leaves(built.condition)
    name = leaf.name.removeprefix("observed.")
    brought = event({"observed": {name: True}}, observed={"seen": {}, "rows": {"customer.orders": [1]}})
    made = resolved(brought, [built], {}, UNSEEN)
    assert ReferenceMatcher([built]).match(made) == []
    assert plan(built, brought) == []
