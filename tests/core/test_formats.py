"""Amounts and days as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.formats import ago, amount, day
from core.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (123_456, "RON", "ro", "1.234,56\xa0RON"),
        (123_456, "RON", "en", "1,234.56\xa0RON"),
        (-5, "EUR", "ro", "-0,05\xa0EUR"),
        (1_000, "JPY", "en", "1,000\xa0JPY"),
        (12_345, "KWD", "ro", "12,345\xa0KWD"),
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


def test_how_long_ago() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    with clock.turned_to(now):
        assert ago(now - timedelta(hours=2), "ro") == "acum 2 ore"
        assert ago(now - timedelta(hours=2), "en") == "2 hours ago"
        assert ago(now + timedelta(days=3), "ro") == "peste 3 zile"
