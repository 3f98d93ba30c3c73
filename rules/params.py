"""Parameters: whether a value fits its declared type and bounds. The sentence says what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.money import Money
from rules.durations import Duration

WANTED = {
    "integer": "a whole number",
    "percent": "a number",
    "money": "an amount such as {money: 500.00 RON}",
    "duration": "a duration such as 3d",
    "text": "text",
    "template": "the name of a template",
    "boolean": "true or false",
}
KINDS = {"integer": "number", "percent": "number", "boolean": "boolean", "money": "money"}


def misfit(declared: Mapping[str, Any], value: Any) -> str | None:
    """Why `value` cannot be the value of the parameter `declared`, as a sentence; None where it fits."""
    wanted = declared["type"]
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return f"it is a list of {wanted[0]}; write a list"
        found = (_misfit(wanted[0], item, declared) for item in value)
        return next((problem for problem in found if problem), None)
    if isinstance(wanted, dict):
        choices = wanted.get("one_of", [])
        return None if value in choices else f"it is one of {', '.join(choices)}; write one of these"
    return _misfit(wanted, value, declared)


def kind_of_param(declared: Mapping[str, Any]) -> str:
    """The kind of value that conditions see: text, number, boolean, money or list."""
    wanted = declared["type"]
    if isinstance(wanted, list):
        return "list"
    return KINDS.get(wanted, "text") if isinstance(wanted, str) else "text"


def _misfit(wanted: str, value: Any, declared: Mapping[str, Any]) -> str | None:
    size = _size(wanted, value)
    if size is None:
        return f"this does not fit its type; write {WANTED[wanted]}"
    for key, sign, says in (("min", 1, "at least"), ("max", -1, "at most")):
        bound = _size(wanted, declared.get(key))
        if bound is None:
            continue
        if size[0] != bound[0]:
            return f"it is bounded in {bound[0]}; write an amount in {bound[0]}"
        if sign * size[1] < sign * bound[1]:
            return f"it is {says} {_shown(declared[key])}; write a value within the bounds"
    return None


def _size(wanted: str, value: Any) -> tuple[str, Any] | None:
    """A unit and a number by which values of one type are ordered; None where `value` is of another type."""
    sort = type(value)
    if wanted in ("integer", "percent"):
        return ("", value) if sort is int or (sort is float and wanted == "percent") else None
    if wanted == "duration":
        duration = Duration.parse(value)
        return ("", duration.rank) if duration else None
    if wanted == "money":
        try:
            money = Money.parse(value["money"]) if sort is dict and value.keys() == {"money"} else None
        except (ValueError, TypeError):
            return None
        return (money.currency, money.minor) if money else None
    return ("", 0) if sort is (bool if wanted == "boolean" else str) else None


def _shown(value: Any) -> str:
    return str(value["money"]) if isinstance(value, dict) else str(value)
