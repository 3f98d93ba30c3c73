"""What aggregates come to is held against every way in which the unknown rows may turn out."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lookups import Row, Rows
from rules.aggregates import Aggregate, build
from rules.facts import View
from rules.values import aggregate_kind, build_aggregate

EVENT = {"type": "x", "subject": "customer:1", "at": "2026-03-01T10:00:00+00:00", "facts": {"customer": {"n": 2}}}


def aggregate(**parts: Any) -> Aggregate:
    return build(build_aggregate(parts, aggregate_kind(parts), ""))


def rows(*facts: dict[str, Any], more: bool = False) -> Rows:
    return Rows(tuple(Row(place, f"invoice:{place}", found) for place, found in enumerate(facts)), more)


def ends(found: Aggregate, given_rows: Rows | None) -> tuple[Any, Any]:
    seen = found.measure(given_rows, View(EVENT))
    return seen["low"], seen["high"]


OPEN = {"fact": "item.open", "op": "eq", "value": True}
COUNT = aggregate(count="customer.invoices", **{"if": OPEN})
SUM, LEAST, MOST = (
    aggregate(**{kind: "customer.invoices", "take": "item.n", "if": OPEN}) for kind in ("sum", "min", "max")
)
ROWS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(-5, 5)), max_size=6)


def worlds(found: list[tuple[bool | None, int]]) -> list[list[int]]:
    """The values that count, for each way in which the unknown rows may turn out."""
    return [
        [value for (_open, value), counts in zip(found, chosen, strict=True) if counts]
        for chosen in product(*([True, False] if is_open is None else [is_open] for is_open, _value in found))
    ]


@given(ROWS)
def test_counts_and_sums_lie_between_the_ends_of_all_worlds(found: list[tuple[bool | None, int]]) -> None:
    given_rows = rows(*({"open": is_open, "n": value} for is_open, value in found))
    counts, sums = ([take(world) for world in worlds(found)] for take in (len, sum))
    assert ends(COUNT, given_rows) == (min(counts), max(counts))
    assert ends(SUM, given_rows) == (min(sums), max(sums))


@given(ROWS)
def test_the_least_and_the_most_too_where_there_is_any_in_every_world(found: list[tuple[bool | None, int]]) -> None:
    given_rows = rows(*({"open": is_open, "n": value} for is_open, value in found))
    for one, take in ((LEAST, min), (MOST, max)):
        values = [take(world) if world else None for world in worlds(found)]
        if None in values:
            assert ends(one, given_rows) == (None, None)
        else:
            assert ends(one, given_rows) == (min(values), max(values))  # type: ignore[type-var]


def money(minor: int, currency: str = "RON") -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], (0, 0)),
        ([money(5), money(7)], (money(12), money(12))),
        ([money(5), money(7, "EUR")], (None, None)),
        ([money(5), None], (None, None)),
        ([money(5), 7], (None, None)),
        ([0.1, 0.2], (0.3, 0.3)),
        ([2**70, 1], (2**70 + 1, 2**70 + 1)),
        (["a"], (None, None)),
    ],
)
def test_sums_are_exact_and_unknown_where_something_does_not_add_up(found: list[Any], wanted: Any) -> None:
    plain = aggregate(sum="customer.invoices", take="item.n")
    assert ends(plain, rows(*({"n": value} for value in found))) == wanted


def test_what_could_not_be_asked_is_unknown_and_what_was_cut_is_open() -> None:
    assert ends(COUNT, None) == (None, None)
    cut = rows({"open": True, "n": 1}, more=True)
    assert ends(COUNT, cut) == (1, None)
    assert ends(SUM, cut) == ends(LEAST, cut) == (None, None)


def test_a_row_is_compared_with_facts_of_the_event_as_well() -> None:
    more = aggregate(
        count="customer.invoices", **{"if": {"fact": "item.n", "op": "gt", "value": {"fact": "customer.n"}}}
    )
    assert ends(more, rows({"n": 1}, {"n": 3}, {})) == (1, 2)


def test_what_it_is_in_words() -> None:
    assert COUNT.says == "the count of customer.invoices"
    assert SUM.says == "the sum of n of customer.invoices"
