"""Amounts and days as people read them, by the conventions of their language (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency

from core import clock
from core.money import Money, digits

_WRITTEN = re.compile(r"(?<![\w.,])(-?\d{1,15}(?:\.\d{1,3})?) ([A-Z]{3})\b")
_PLAIN = re.compile(r"(-?[0-9]+)(?:([.,])([0-9]+))?")
_GROUPED = re.compile(r"(-?[0-9]{1,3}([.,])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
_SWAPPED = str.maketrans(",.", ".,")
_LOCALES = {"ro": Locale("ro", "RO"), "en": Locale("en", "GB")}


def _locale(language: str) -> Locale:
    return _LOCALES.get(language[:2], _LOCALES["en"])


def amount(money: Money, language: str) -> str:
    """1.234,56 RON in Romanian, 1,234.56 RON in English; the space does not break."""
    places = digits(money.currency)  # by ISO 4217: CLDR rounds what few people pay in cash, such as Serbian para
    return format_currency(
        Decimal(money.minor).scaleb(-places),
        money.currency,
        f"#,##0{'.' * bool(places)}{'0' * places}\xa0¤¤",
        locale=_locale(language),
        currency_digits=False,
    )


def figure(text: str, language: str) -> str:
    """A decimal number written as 1234.50: 1.234,50 in Romanian, 1,234.50 in English."""
    grouped = f"{Decimal(text):,f}"
    return grouped.translate(_SWAPPED) if language[:2] == "ro" else grouped


def typed_figure(text: str, language: str, places: int = 2) -> str:
    """A number with at most so many decimals as people type it, 1.234,50 or 1,234.50 or 1 234,5: as 1234.50. What is no
    number comes back as no number."""
    bare = re.sub(r"\s", "", text)
    if plain := _PLAIN.fullmatch(bare):
        whole, mark, after = plain[1], plain[2], plain[3] or ""
        groups = mark == {"ro": "."}.get(language[:2], ",") and len(after) == 3 > places
        thousands = groups and len(whole.lstrip("-")) <= 3
        return f"{whole}{'.' if mark and not thousands else ''}{after}"
    grouped = _GROUPED.fullmatch(bare)
    return re.sub(r"[.,]", "", grouped[1]) + (f".{grouped[3]}" if grouped[3] else "") if grouped else bare


def amounts(text: str, language: str) -> str:
    """A text in which each amount, written as 5000.00 RON, stands as the language writes it."""
    return _WRITTEN.sub(lambda found: f"{figure(found[1], language)} {found[2]}", text)


def day(value: date | datetime, language: str) -> str:
    """15 ian. 2024 in Romanian, 15 Jan 2024 in English; of a moment with an offset, its day in Bucharest."""
    found = clock.day_of(value) if isinstance(value, datetime) and value.tzinfo else value
    return format_date(found, "medium", locale=_locale(language))


def ago(moment: datetime, language: str) -> str:
    """acum 2 ore, 2 hours ago; or in how long it will be."""
    return format_timedelta(moment - clock.now(), add_direction=True, locale=_locale(language))
