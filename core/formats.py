"""Amounts and days as people read them, by the conventions of their language (Unicode CLDR, through Babel)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency

from core import clock
from core.money import Money, digits

ZONE = ZoneInfo("Europe/Bucharest")
_LOCALES = {"ro": Locale("ro", "RO"), "en": Locale("en", "GB")}


def _locale(language: str) -> Locale:
    return _LOCALES.get(language[:2], _LOCALES["en"])


def amount(money: Money, language: str) -> str:
    """1.234,56 RON in Romanian, 1,234.56 RON in English; the space does not break."""
    exact = Decimal(money.minor).scaleb(-digits(money.currency))
    return format_currency(
        exact,
        money.currency,
        "#,##0.00\xa0¤¤",
        locale=_locale(language),
        currency_digits=True,
        decimal_quantization=True,
    )


def day(value: date | datetime, language: str) -> str:
    """15 ian. 2024 in Romanian, 15 Jan 2024 in English; of a moment, its day in Bucharest."""
    found = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    return format_date(found, "medium", locale=_locale(language))


def ago(moment: datetime, language: str) -> str:
    """acum 2 ore, 2 hours ago; or in how long it will be."""
    return format_timedelta(moment - clock.now(), add_direction=True, locale=_locale(language))
