"""Sentences of a proof: what a fact was and what was needed, with the distance where there is one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from core.money import digits
from rules.kinds import kind_of, order
from rules.operators import CHANGED, EXISTS, Operator
from rules.values import as_written
from rules.wording import figure, say

MAX_SHOWN = 100
MAX_DEPTH = 20
LARGE = 10**25
NAMES = {"text": "text", "number": "a number", "boolean": "true or false", "money": "money", "list": "a list"}


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON data: exact fractions become numbers or text, what is no JSON becomes text, depth is bounded."""
    if value is None or type(value) in (str, int, bool):  # as most are
        return value
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
    known = isinstance(value, (str, int)) or (isinstance(value, float) and isfinite(value))
    return value if known else str(value)


def show(value: Any, depth: int = 0) -> str:
    """`value` as people read it: money as 480.00 RON, text in quotes, long and deep things cut."""
    if type(value) is int:  # as most are
        return str(value) if abs(value) < LARGE else say("a very large number")
    text = f'"{value}"' if type(value) is str else _shown(value, depth)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _shown(value: Any, depth: int) -> str:
    if value is None:
        return say("not set")
    kind = kind_of(value)
    if isinstance(value, tuple):
        return say(value[0].says, wanted=show(value[1]))
    if kind == "money":
        return f"{_amount(value['minor'], value['currency'])} {value['currency']}"
    if kind == "list":
        items = [show(item, depth + 1) for item in value[:10]] if depth < 3 else ["…"] * bool(value)
        return ", ".join(items) + (", …" if len(value) > 10 else "") or say("an empty list")
    if kind == "text":
        return f'"{value}"'
    if kind == "boolean":
        return say("true") if value else say("false")
    if kind == "number":
        return say("a very large number") if abs(value) >= LARGE else str(plain(value))
    return say("an object") if isinstance(value, dict) else str(plain(value))


def sentence(name: str, operator: Operator, seen: Any, wanted: Any, verdict: bool | None) -> str:
    """What one comparison saw, in words."""
    if operator.name == CHANGED:
        return say("{name} changed", name=name) if verdict else say("{name} did not change", name=name)
    if operator.name == EXISTS:
        return say("{name} is set", name=name) if seen is not None else say("{name} is not set", name=name)
    if verdict is None:
        return say("unknown: {why}", why=_why(name, operator, seen, wanted))
    needs, is_one = wants(operator, wanted), operator.says.startswith("is ")
    parts = {"name": name, "seen": show(seen), "needs": needs}
    if verdict:
        return (
            say("{name} was {seen}, which is {needs}", **parts)
            if is_one
            else say("{name} was {seen}, which {needs}", **parts)
        )
    if is_one:
        return say("{name} was {seen}, needs {needs}", **parts) + _distance(operator, seen, wanted)
    return say("{name} was {seen}, and not one that {needs}", **parts)


def wants(operator: Operator, wanted: Any) -> str:
    """What an operator asks for, without the verb: at least 500.00 RON."""
    if operator.takes == "pair" and isinstance(wanted, list):
        shown = say("{low} and {high}", low=show(wanted[0]), high=show(wanted[1])) if len(wanted) == 2 else show(wanted)
    else:
        shown = show(wanted)
    return say(operator.says.removeprefix("is "), wanted=shown)


def _why(name: str, operator: Operator, seen: Any, wanted: Any) -> str:
    if seen is None:
        return say("{name} is not set", name=name)
    if (wanted is None and operator.takes != "nothing") or (type(wanted) is list and None in wanted):
        return say("what {name} is compared with is not set", name=name)
    kind = kind_of(seen)
    its = None if operator.takes in ("number", "flag") else kind_of(wanted)
    if kind == its == "money":
        return say("{name} is in {seen}, not in {wanted}", name=name, seen=seen["currency"], wanted=wanted["currency"])
    if kind != its and kind in NAMES and its in NAMES and its != "list":
        return say("{name} is {seen}, not {wanted}", name=name, seen=say(NAMES[kind]), wanted=say(NAMES[its]))
    return say("{name} is {seen}, which cannot be compared here", name=name, seen=show(seen))


def _distance(operator: Operator, seen: Any, wanted: Any) -> str:
    if operator.name not in ("lt", "lte", "gt", "gte") or not order(seen, wanted):
        return ""
    kind = kind_of(seen)
    if kind == "money":
        missing = abs(Fraction(seen["minor"]) - Fraction(wanted["minor"]))
        gap = _amount(missing, seen["currency"])
    elif kind == "number":
        whole = type(seen) is int and type(wanted) is int and abs(seen - wanted) < LARGE
        gap = str(abs(seen - wanted)) if whole else _decimal(abs(as_written(seen) - as_written(wanted)))
    else:
        return ""
    return say(": {gap} short", gap=gap) if operator.name in ("gt", "gte") else say(": {gap} too much", gap=gap)


def _amount(minor: int | Fraction, currency: str) -> str:
    places = digits(currency)
    exact = Fraction(minor)
    if exact.denominator == 1 and abs(exact) < LARGE:
        return figure(f"{Decimal(int(exact)).scaleb(-places):.{places}f}")
    return _decimal(exact / 10**places)


def _number(value: Fraction) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return _decimal(value)


def _decimal(value: Fraction) -> str:
    if abs(value) >= LARGE:
        return say("a very large number")
    if value.denominator == 1:
        return str(value.numerator)
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
