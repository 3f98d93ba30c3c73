"""Amounts and days as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.formats import ago, amount, amounts, day, typed_figure
from core.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (123_456, "RON", "ro", "1.234,56\xa0RON"),
        (123_456, "RON", "en", "1,234.56\xa0RON"),
        (-5, "EUR", "ro", "-0,05\xa0EUR"),
        (1_000, "JPY", "en", "1,000\xa0JPY"),
        (12_345, "KWD", "ro", "12,345\xa0KWD"),
        (123_456, "RSD", "ro", "1.234,56\xa0RSD"),
        (123_456, "IQD", "en", "123.456\xa0IQD"),
        (10**20, "RON", "ro", "1.000.000.000.000.000.000,00\xa0RON"),
        (100, "RON", "de", "1.00\xa0RON"),
    ],
)
def test_amounts(minor: int, currency: str, language: str, text: str) -> None:
    assert amount(Money(minor, currency), language) == text


def test_days_are_those_of_bucharest() -> None:
    assert day(date(2024, 1, 15), "ro") == "15 ian. 2024"
    assert day(date(2024, 1, 15), "en") == "15 Jan 2024"
    assert day(datetime(2024, 1, 15, 22, 30, tzinfo=UTC), "ro") == "16 ian. 2024"
    assert day(datetime(2024, 1, 15, 22, 30), "ro") == "15 ian. 2024"  # noqa: DTZ001 - a time without a zone is what it says


def test_how_long_ago() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    with clock.turned_to(now):
        assert ago(now - timedelta(hours=2), "ro") == "acum 2 ore"
        assert ago(now - timedelta(hours=2), "en") == "2 hours ago"
        assert ago(now + timedelta(days=3), "ro") == "peste 3 zile"


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("1200.00", "en", "1200.00"), ("1200.00", "ro", "1200.00"), ("1,200.50", "en", "1200.50"),
        ("1.200,50", "ro", "1200.50"), ("1.200,50", "en", "1200.50"), ("1 500,5", "en", "1500.5"), ("1500,5", "ro", "1500.5"),
        ("1,200", "en", "1200"), ("1.200", "ro", "1200"), ("1.200", "en", "1.200"), ("1.200.000", "en", "1200000"),
        ("-1\xa0200,5", "ro", "-1200.5"), ("12", "ro", "12"), ("abc", "ro", "abc"),
        ("1.234.567,5", "ro", "1234567.5"), ("21.11.2026", "ro", "21.11.2026"), ("1,2.3,4", "en", "1,2.3,4"),
        ("12,34,567.5", "en", "12,34,567.5"), ("12345.678", "ro", "12345.678"), ("", "ro", ""),
    ],
)  # fmt: skip
def test_figures_are_understood_as_they_are_typed(typed: str, language: str, meant: str) -> None:
    assert typed_figure(typed, language) == meant


def test_amounts_inside_a_text() -> None:
    text = "from 5000.00 RON to -1234567.5 EUR; not 2026-11-21, 3.10.2 or 12 monkeys"
    assert amounts(text, "en") == "from 5,000.00 RON to -1,234,567.5 EUR; not 2026-11-21, 3.10.2 or 12 monkeys"
    assert amounts(text, "ro").startswith("from 5.000,00 RON to -1.234.567,5 EUR; not")
