"""Intervals are held against everything that lies between their ends."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.intervals import COMPARABLE, Interval, compare
from rules.operators import operators

SMALL = st.integers(-3, 6)
EXACT = ("lt", "lte", "gt", "gte", "eq", "ne", "between")  # the others may say unknown where it could be known


@st.composite
def between(draw: Any) -> Interval:
    low, high = sorted((draw(SMALL), draw(SMALL)))
    return Interval(low, high)


def everything(interval: Interval) -> range:
    return range(interval.low, interval.high + 1)


def truly(name: str, left: Interval, rights: list[Interval]) -> bool | None:
    """The verdict that holds of every value, by trying all; None where it differs."""
    single = name not in ("between", "in", "not_in")
    said = {
        operators.get(name).test(seen, wanted[0] if single else list(wanted))
        for seen in everything(left)
        for wanted in product(*map(everything, rights))
    }
    return said.pop() if len(said) == 1 else None


@given(st.sampled_from(EXACT), between(), between(), between())
def test_a_verdict_is_that_of_everything_between_the_ends(
    name: str, left: Interval, one: Interval, other: Interval
) -> None:
    if name == "between":
        low, high = sorted((one, other), key=lambda found: found.low)
        if low.high > high.low:
            return  # bounds that may cross are told apart by no end
        assert compare(operators.get(name), left, [low, high]) is truly(name, left, [low, high])
    else:
        assert compare(operators.get(name), left, one) is truly(name, left, [one])


@given(st.sampled_from(["in", "not_in"]), between(), st.lists(between(), min_size=1, max_size=3))
def test_what_is_said_of_lists_is_never_wrong(name: str, left: Interval, items: list[Interval]) -> None:
    said = compare(operators.get(name), left, items)
    assert said is None or said is truly(name, left, items)


@given(st.sampled_from(sorted(set(COMPARABLE) - {"in", "not_in", "between"})), between(), between())
def test_a_wider_interval_never_says_more(name: str, left: Interval, right: Interval) -> None:
    wider = Interval(left.low - 1, left.high + 1)
    said = compare(operators.get(name), wider, right)
    assert said is None or said is compare(operators.get(name), left, right)


def test_an_open_end_is_above_everything() -> None:
    many = Interval(5, None)
    assert compare(operators.get("gte"), many, Interval(5, 5)) is True
    assert compare(operators.get("lt"), many, Interval(5, 5)) is False
    assert compare(operators.get("lte"), many, Interval(9, 9)) is None


def test_the_sum_of_nothing_is_zero_in_every_currency_and_other_currencies_are_unknown() -> None:
    lei, euro = ({"minor": 0, "currency": currency} for currency in ("RON", "EUR"))
    nothing = Interval(0, 0, zero=True)
    for one in (lei, euro):
        assert compare(operators.get("eq"), nothing, Interval(one, one)) is True
    assert compare(operators.get("eq"), Interval(0, 0), Interval(lei, lei)) is None
    assert compare(operators.get("lte"), Interval(lei, lei), Interval(euro, euro)) is None


def test_dates_compare_in_time() -> None:
    due = Interval("2026-03-01", "2026-03-05")
    assert compare(operators.get("before"), due, Interval("2026-03-06", "2026-03-06")) is True
    assert compare(operators.get("after"), due, Interval("2026-03-05", "2026-03-05")) is False
    assert compare(operators.get("before"), due, Interval("2026-03-03", "2026-03-03")) is None


def test_other_operators_are_unknown() -> None:
    assert compare(operators.get("contains"), Interval("a", "a"), Interval("a", "a")) is None
    assert compare(operators.get("between"), Interval(1, 1), [Interval(1, 1)]) is None
