"""Tables of parameters: one value for each value of a fact. Says only what a table holds, never what a rule does with it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

ELSE = "else"
_MAX_BITS = 10_000


def is_table(declared: Mapping[str, Any]) -> bool:
    """Whether the declaration of a parameter is `{by: fact, of: type}`."""
    return isinstance(declared["type"], dict) and "by" in declared["type"]


def look_up(table: Any, seen: Any) -> Any:
    """What `table` has for the value `seen`, else under `else`; None where it has neither, or nothing was seen."""
    if type(table) is not dict or seen is None:
        return None
    key = key_of(seen)
    return table[key] if key in table else table.get(ELSE)


def key_of(seen: Any) -> str | None:
    """The key under which a table has the value `seen`: text itself, 3 for 3 and 3.0, true or false."""
    if type(seen) is bool:
        return "true" if seen else "false"
    if type(seen) is str:
        return seen
    if type(seen) not in (int, float, Fraction) or (type(seen) is float and not isfinite(seen)):
        return None
    exact = Fraction(seen)
    if exact.denominator != 1:
        return repr(float(seen)) if abs(exact) < 10**15 else None
    return str(int(exact)) if int(exact).bit_length() <= _MAX_BITS else None


def merged(table: Any, changed: Any) -> Any:
    """The table with those keys that an overlay has of its own; anything else is taken as it is."""
    return {**table, **changed} if type(table) is dict and type(changed) is dict else changed
