"""Checks that a value is plain data (as JSON has it) within bounds, before anything walks it. Never recurses."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from rules.document.problem import join
from rules.document.source import MAX_DEPTH, MAX_NODES


def faults(data: Any) -> Iterator[tuple[str, str]]:
    """JSON pointer and sentence of everything in `data` that is not plain; stops where it grows out of bounds."""
    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    seen = 0
    while waiting:
        pointer, value, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            yield pointer, f"it is nested deeper than {MAX_DEPTH} levels; write it flatter"
            return
        if seen > MAX_NODES:
            yield "", f"it has more than {MAX_NODES} values; split it into several sets"
            return
        if type(value) is dict:
            for key, item in value.items():
                if type(key) is not str or not _encodable(key):
                    yield pointer, f"the key {ascii(key)[:60]} is not text; write it in quotes"
                else:
                    waiting.append((join(pointer, key), item, depth + 1))
        elif type(value) is list:
            waiting.extend((join(pointer, place), item, depth + 1) for place, item in enumerate(value))
        elif type(value) is float and not isfinite(value):
            yield pointer, f"{value} is no number that a rule may use; write a finite one"
        elif type(value) is int and value.bit_length() > 10_000:
            yield pointer, "the number has too many digits; write a shorter one"
        elif type(value) is str and not _encodable(value):
            yield pointer, f"the text {ascii(value)[:60]} has a half of a surrogate pair; write the whole character"
        elif value is not None and type(value) not in (str, int, float, bool):
            yield (
                pointer,
                f"{type(value).__name__} is no JSON value; write text, a number, true, false, a list or an object",
            )


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
