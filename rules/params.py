"""Parameters: whether a value fits its declared type and bounds. The sentence says what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.money import Money
from core.said import Said, said
from rules.durations import Duration
from rules.tables import is_table

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


def misfit(declared: Mapping[str, Any], value: Any) -> Said | None:
    """Why `value` cannot be the value of the parameter `declared`, as a sentence; None where it fits."""
    wanted = declared["type"]
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return said("it is a list of {named}; write a list", named=_named(wanted[0]))
        found = (_misfit(wanted[0], item, declared) for item in value)
        return next((problem for problem in found if problem), None)
    return _table(declared, value) if is_table(declared) else _misfit(wanted, value, declared)


def single(declared: Mapping[str, Any]) -> Any:
    """The type of one value: that of a list's members, or of what a table holds."""
    wanted = declared["type"]
    if isinstance(wanted, list):
        return wanted[0]
    return wanted["of"] if is_table(declared) else wanted


def choices(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a parameter may have where they are named; else none."""
    wanted = single(declared)
    return tuple(wanted["one_of"]) if isinstance(wanted, dict) else ()


def kind_of_param(declared: Mapping[str, Any]) -> str:
    """The kind of value that conditions see: text, number, boolean, money or list."""
    wanted = declared["type"]
    if isinstance(wanted, list):
        return "list"
    wanted = single(declared)
    return KINDS.get(wanted, "text") if isinstance(wanted, str) else "text"


def _table(declared: Mapping[str, Any], value: Any) -> Said | None:
    by = declared["type"]["by"]
    if not isinstance(value, dict) or not value:
        return said(
            "it is a table by {by}; write {{value of {by}: what holds for it, else: what holds for all others}}", by=by
        )
    if value.keys() == {"money"}:
        return said('a table with the one key "money" reads as an amount; add "else"')
    for key, item in value.items():
        if problem := _misfit(declared["type"]["of"], item, declared):
            return said('for "{key}": {problem}', key=key, problem=problem)
    return None


def _named(wanted: Any) -> Said:
    return said(wanted) if isinstance(wanted, str) else said("these: {one_of}", one_of=", ".join(wanted["one_of"]))


def _misfit(wanted: Any, value: Any, declared: Mapping[str, Any]) -> Said | None:
    if isinstance(wanted, dict):
        known = wanted["one_of"]
        return None if value in known else said("it is one of {known}; write one of these", known=", ".join(known))
    size = _size(wanted, value)
    if size is None:
        return said("this does not fit its type; write {wanted}", wanted=said(WANTED[wanted]))
    for key, sign, says in (("min", 1, said("at least")), ("max", -1, said("at most"))):
        bound = _size(wanted, declared.get(key))
        if bound is None:
            continue
        if size[0] != bound[0]:
            return said("it is bounded in {bound}; write an amount in {bound}", bound=bound[0])
        if sign * size[1] < sign * bound[1]:
            return said(
                "it is {at_most} {bound}; write a value within the bounds", at_most=says, bound=_shown(declared[key])
            )
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
