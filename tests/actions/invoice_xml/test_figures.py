"""Figures that must add up, and money that goes back in steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.invoice_xml.figures import Figures, Line, problems, share, taken_off

LINES = (Line("a", 3, 333, 210, Decimal(21), "S"), Line("b", -1, 99, -21, Decimal(21), "S"))
RIGHT = Figures("INV-000001", date(2026, 5, 4), None, "RON", LINES, 900, 189, 1089)


def test_what_adds_up_has_no_problems() -> None:
    assert problems(RIGHT) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(RIGHT, net_minor=901, total_minor=1090), "the lines of INV-000001 add up to 900"),
        (replace(RIGHT, tax_minor=190, total_minor=1090), "its tax is 190"),
        (replace(RIGHT, total_minor=1088), "net and tax of INV-000001 add up to 1089, and its total is 1088"),
        (replace(RIGHT, lines=()), "has no lines"),
        (replace(RIGHT, lines=(replace(LINES[0], unit_minor=-333, quantity=-3), LINES[1])), "a negative price"),
    ],
)
def test_what_does_not_is_said(wrong: Figures, said: str) -> None:
    assert any(said in found for found in problems(wrong))


def test_tax_may_be_off_by_what_rounding_per_line_makes_and_no_more() -> None:
    """EN 16931 BR-S-9: less than one unit of the currency."""
    line = Line("a", 1, 10_000, 2_199, Decimal(21), "S")
    off = Figures("INV-1", date(2026, 5, 4), None, "RON", (line,), 10_000, 2_199, 12_199)
    assert problems(off) == []
    line = replace(line, tax_minor=2_200)
    assert "off by too much" in problems(replace(off, lines=(line,), tax_minor=2_200, total_minor=12_200))[0]


def test_a_sign_goes_to_the_quantity() -> None:
    assert taken_off(2, -500) == (-2, 500)
    assert taken_off(2, 500) == (2, 500)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.lists(st.floats(0, 1), max_size=5))
def test_steps_use_up_each_part_exactly(parts: list[int], cuts: list[float]) -> None:
    whole = sum(parts)
    edges = [0, *sorted(int(whole * cut) for cut in cuts), whole]
    steps = [share(parts, start, end - start) for start, end in pairwise(edges)]
    assert [sum(step) for step in steps] == [end - start for start, end in pairwise(edges)]
    assert [sum(column) for column in zip(*steps, strict=True)] == parts


def test_more_than_there_is_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="more than"):
        share([100, 21], 100, 22)
