"""Reads JSON as documents are allowed to be: no duplicate keys, no NaN, bounded depth and size; knows its lines."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import Any, NoReturn

from core.said import said
from rules.document.problem import join
from rules.document.source import MAX_DEPTH, MAX_JSON, Unreadable, too_deep, too_large

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


def read_json(text: str) -> Any:
    """The value written in `text`. Raises Unreadable with a sentence and, where known, the line."""
    if len(text) > MAX_JSON:
        raise too_large(len(text), MAX_JSON)
    _measure(text)
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise Unreadable(
            said("it is not JSON: {why} in column {column}", why=error.msg, column=error.colno), error.lineno
        ) from None
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(said("a number in it has too many digits; write a shorter one")) from None


def json_lines(text: str) -> dict[str, int]:
    """The line, from 1, on which the value at each JSON pointer starts. `text` must be readable."""
    starts = [match.start() for match in re.finditer("\n", text)]
    lines: dict[str, int] = {}
    stack: list[tuple[str, str | int]] = []  # pointer of the container, place of its next member
    awaits_key = False
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark in "]}":
            stack.pop()
            awaits_key = False
        elif mark == ",":
            pointer, place = stack[-1]
            awaits_key = isinstance(place, str)
            stack[-1] = (pointer, place if isinstance(place, str) else place + 1)
        elif mark == ":":
            awaits_key = False
        elif awaits_key:
            stack[-1] = (stack[-1][0], json.loads(mark))
        else:
            here = join(*stack[-1]) if stack else ""
            lines[here] = bisect_left(starts, match.start()) + 1
            if mark in "[{":
                stack.append((here, "" if mark == "{" else 0))
                awaits_key = mark == "{"
    return lines


def _measure(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep(text.count("\n", 0, match.start()) + 1)
        elif match[0] in "]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Unreadable(said('the key "{twice}" stands twice in one object; keep one of them', twice=twice))
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(said("{name} is no number that a rule may use; write a finite one", name=name))


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Unreadable(said("{text} is too large a number; write a smaller one", text=text[:40]))
    return number
