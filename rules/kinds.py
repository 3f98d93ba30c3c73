"""The kinds of values and how two values compare. Nothing is coerced: what cannot be compared is unknown (None)."""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction
from math import isfinite
from typing import Any

from core.clock import day_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.{0,30}", re.ASCII)
_ORDERED = ("text", "number", "money")


def kind_of(value: Any) -> str | None:
    """text, number, boolean, money, list or moment; None for null, NaN, infinity and other objects."""
    sort = type(value)
    if sort is str:
        return "text"
    if sort is int or sort is Fraction:
        return "number"
    if sort is bool:
        return "boolean"
    if sort is float:
        return "number" if isfinite(value) else None
    if sort is list:
        return "list"
    if sort is dict:
        return "money" if is_money(value) else None
    return "moment" if sort is datetime or sort is date else None


def is_money(value: dict[str, Any]) -> bool:
    """Whether `value` has the shape of a money fact: {"minor": 50000, "currency": "RON"} and nothing else."""
    return len(value) == 2 and type(value.get("minor")) in (int, Fraction) and type(value.get("currency")) is str


def order(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 as `one` is less than, equal to or more than `other`; None where they have no common order."""
    if type(one) is type(other) and type(one) in (int, str):  # as most are
        return (one > other) - (one < other)
    kind, its = kind_of(one), kind_of(other)
    if kind == "moment" or its == "moment":
        return order_in_time(one, other)
    if kind != its or kind not in _ORDERED:
        return None
    if kind == "money":
        if one["currency"] != other["currency"]:
            return None
        one, other = one["minor"], other["minor"]
    return (one > other) - (one < other)


def same(one: Any, other: Any) -> bool | None:
    """Whether both are equal; None where they are of different kinds, or money of different currencies."""
    kind = kind_of(one)
    if kind == "boolean":
        return one is other if type(other) is bool else None
    if kind == "list":
        return _same_lists(one, other) if type(other) is list else None
    found = order(one, other)
    return None if found is None else found == 0


def _same_lists(one: list[Any], other: list[Any]) -> bool | None:
    if len(one) != len(other):
        return False
    verdict: bool | None = True
    waiting = list(zip(one, other, strict=True))
    while waiting:
        left, right = waiting.pop()
        if type(left) is list and type(right) is list:
            if len(left) != len(right):
                return False
            waiting.extend(zip(left, right, strict=True))
            continue
        found = None if type(left) is list else same(left, right)
        if found is False:
            return False
        verdict = verdict if found else None
    return verdict


def as_moment(value: Any) -> date | datetime | None:
    """A date or time from ISO 8601 text (2026-03-01, 2026-03-01T10:00:00+02:00); None where it is neither."""
    if isinstance(value, date):
        return value
    if type(value) is not str or len(value) > 50:
        return None
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value) if _TIME.fullmatch(value) else None
    except ValueError:
        return None


def order_in_time(one: Any, other: Any) -> int | None:
    """As `order`, for moments: instants where both have an offset, clock times where neither has, and by their
    calendar dates where one is only a date, at home where the other has an offset. None where one is no moment or only one
    has an offset."""
    left, right = as_moment(one), as_moment(other)
    if left is None or right is None:
        return None
    if not (isinstance(left, datetime) and isinstance(right, datetime)):
        left, right = _day(left), _day(right)
    elif (left.utcoffset() is None) != (right.utcoffset() is None):
        return None
    return (left > right) - (left < right)


def _day(moment: date) -> date:
    if not isinstance(moment, datetime):
        return moment
    try:
        return day_of(moment) if moment.tzinfo else moment.date()
    except OverflowError:  # in the first and the last hours that there are
        return moment.date()
