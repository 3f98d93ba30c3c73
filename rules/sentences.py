"""Sentences of a proof: what a fact was and what was needed, with the distance where there is one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from core.money import digits
from rules.kinds import kind_of, order
from rules.operators import Operator
from rules.values import as_written

MAX_SHOWN = 100
MAX_DEPTH = 20
LARGE = 10**25
_NAMES = {"text": "text", "number": "a number", "boolean": "true or false", "money": "money", "list": "a list"}


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON data: exact fractions become numbers or text, what is no JSON becomes text, depth is bounded."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return {"op": value[0].name, "value": plain(value[1])}
    if isinstance(value, (list, dict)) and depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    known = value is None or isinstance(value, (str, int)) or (isinstance(value, float) and isfinite(value))
    return value if known else str(value)


def show(value: Any, depth: int = 0) -> str:
    """`value` as people read it: money as 480.00 RON, text in quotes, long and deep things cut."""
    text = _shown(value, depth)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _shown(value: Any, depth: int) -> str:
    kind = kind_of(value)
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        return str(value[0].says.format(wanted=show(value[1])))
    if kind == "money":
        return f"{_amount(value['minor'], value['currency'])} {value['currency']}"
    if kind == "list":
        items = [show(item, depth + 1) for item in value[:10]] if depth < 3 else ["…"] * bool(value)
        return ", ".join(items) + (", …" if len(value) > 10 else "") or "an empty list"
    if kind == "text":
        return f'"{value}"'
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "number" and abs(value) >= LARGE:
        return "a very large number"
    return "an object" if isinstance(value, dict) else str(plain(value))


def sentence(name: str, operator: Operator, seen: Any, wanted: Any, verdict: bool | None) -> str:
    """What one comparison saw, in words."""
    if operator.takes == "nothing":
        return f"{name} {'changed' if verdict else 'did not change'}"
    if operator.takes == "flag":
        return f"{name} is {'set' if seen is not None else 'not set'}"
    if verdict is None:
        return f"unknown: {_why(name, seen, wanted)}"
    needs = operator.says.format(
        wanted=" and ".join(show(item) for item in wanted) if operator.takes == "pair" else show(wanted)
    )
    if verdict:
        return f"{name} was {show(seen)}, which {needs}"
    if needs.startswith("is "):
        return f"{name} was {show(seen)}, needs {needs[3:]}{_distance(operator, seen, wanted)}"
    return f"{name} was {show(seen)}, and not one that {needs}"


def _why(name: str, seen: Any, wanted: Any) -> str:
    if seen is None:
        return f"{name} is not set"
    if wanted is None or (type(wanted) is list and None in wanted):
        return f"what {name} is compared with is not set"
    kind, its = kind_of(seen), kind_of(wanted)
    if kind == its == "money":
        return f"{name} is in {seen['currency']}, not in {wanted['currency']}"
    if kind != its and kind in _NAMES and its in _NAMES and its != "list":
        return f"{name} is {_NAMES[kind]}, not {_NAMES[its]}"
    return f"{name} is {show(seen)}, which cannot be compared here"


def _distance(operator: Operator, seen: Any, wanted: Any) -> str:
    if operator.name not in ("lt", "lte", "gt", "gte") or not order(seen, wanted):
        return ""
    missing = "short" if operator.name in ("gt", "gte") else "too much"
    if kind_of(seen) == "money":
        gap = abs(Fraction(seen["minor"]) - Fraction(wanted["minor"]))
        return f": {_amount(gap, seen['currency'])} {missing}"
    if kind_of(seen) == "number":
        return f": {_decimal(abs(as_written(seen) - as_written(wanted)))} {missing}"
    return ""


def _amount(minor: int | Fraction, currency: str) -> str:
    places = digits(currency)
    exact = Fraction(minor)
    if exact.denominator == 1 and abs(exact) < LARGE:
        return f"{Decimal(int(exact)).scaleb(-places):.{places}f}"
    return _decimal(exact / 10**places)


def _number(value: Fraction) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return _decimal(value)


def _decimal(value: Fraction) -> str:
    if abs(value) >= LARGE:
        return "a very large number"
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
