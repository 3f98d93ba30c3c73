"""What people type, as rules write it: amounts, durations, numbers, dates. What cannot be read is kept as it was typed,
and the check says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from core.formats import typed_figure
from core.money import digits

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_AMOUNT = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,3}))?", re.ASCII)


def number(parts: Mapping[str, str]) -> Any:
    """7, 2.5; a comma stands for a point."""
    text = _plain(parts.get("value", ""))
    if not _NUMBER.fullmatch(text):
        return parts.get("value", "")
    return float(text) if "." in text else int(text)


def money(parts: Mapping[str, str]) -> dict[str, str]:
    """{amount: 500, currency: RON} -> {money: "500.00 RON"}"""
    typed, currency = parts.get("amount", ""), parts.get("currency", "")
    found = _AMOUNT.fullmatch(typed_figure(typed, get_language() or "en", digits(currency)))
    if found is None:
        return {"money": f"{typed} {currency}".strip()}
    places = digits(currency)
    cents = (found[2] or "").ljust(places, "0")
    return {"money": f"{found[1]}{'.' if cents else ''}{cents} {currency}"}


def duration(parts: Mapping[str, str]) -> str:
    """{amount: 3, unit: d} -> 3d; the sign of a date is a part of its own."""
    sign = "-" if parts.get("side") == "before" else ""
    return f"{sign}{parts.get('amount', '').strip()}{parts.get('unit', 'd')}"


def text(parts: Mapping[str, str]) -> str:
    return parts.get("value", "").replace("\r\n", "\n")


def flag(parts: Mapping[str, str]) -> bool:
    return parts.get("value") == "true"


READ = {"number": number, "money": money, "duration": duration, "text": text, "flag": flag}


def _plain(typed: str) -> str:
    """Without spaces between the digits, and with a point."""
    return typed.strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")
