"""Money is whole minor units of one currency; what is written is read back, and halves go to the even neighbour."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_MINOR, MINOR_DIGITS, Money, digits, percent_of, round_half_even

currencies = st.sampled_from(["RON", "EUR", *MINOR_DIGITS])
amounts = st.builds(Money, st.integers(-MAX_MINOR, MAX_MINOR), currencies)


@given(amounts)
def test_what_is_written_is_read_back(money: Money) -> None:
    if digits(money.currency) or abs(money.minor) < MAX_MINOR:
        assert Money.parse(str(money)) == money
    assert Money.from_fact(money.as_fact()) == money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("500.00 RON", 500_00), ("500 RON", 500_00), ("0.5 RON", 50), ("-0.50 RON", -50), ("-0 RON", 0),
        ("007.10 RON", 7_10), ("500 JPY", 500), ("1.234 KWD", 1234), ("10000000000000.00 RON", 10**15),
    ],
)  # fmt: skip
def test_amounts_that_are_read(text: str, minor: int) -> None:
    assert Money.parse(text).minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "", "RON", "500", "500RON", "500  RON", " 500 RON", "500 RON ", "500 RON\n", "500,00 RON", "1.000,00 RON",
        "500.000 RON", "500. RON", ".50 RON", "+5 RON", "--5 RON", "5e3 RON", "NaN RON", "Infinity RON", "500 ron",
        "500 RO", "500 RONN", "0.5 JPY", "1.2345 KWD", "٥٠٠ RON", "5００ RON", "10000000000000.01 RON",
        "9999999999999999 RON", "1000000000000001 JPY",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no amount of money; write it as in|is more than money may be here"):
        Money.parse(text)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    try:
        money = Money.parse(text)
    except ValueError:
        return
    assert abs(money.minor) <= MAX_MINOR


@pytest.mark.parametrize(
    ("exact", "whole"), [("0.5", 0), ("1.5", 2), ("2.5", 2), ("-0.5", 0), ("-1.5", -2), ("2.51", 3), ("2.49", 2)]
)
def test_halves_go_to_the_even_neighbour(exact: str, whole: int) -> None:
    assert round_half_even(Decimal(exact)) == round_half_even(Fraction(exact)) == whole


@given(st.fractions())
def test_rounding_is_to_the_nearest(exact: Fraction) -> None:
    whole = round_half_even(exact)
    assert abs(whole - exact) <= Fraction(1, 2)
    assert abs(whole - exact) < Fraction(1, 2) or whole % 2 == 0


@given(st.fractions(0, 100), amounts)
def test_a_share_is_exact_to_the_minor_unit(percent: Fraction, money: Money) -> None:
    share = percent_of(percent, money)
    assert share.currency == money.currency
    assert abs(share.minor - percent * money.minor / 100) <= Fraction(1, 2)


def test_a_share_of_half_a_unit_goes_to_the_even_one() -> None:
    assert [percent_of(Fraction(50), Money(minor, "RON")).minor for minor in (1, 3, 5, -1)] == [0, 2, 2, 0]
