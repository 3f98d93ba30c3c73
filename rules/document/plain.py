"""Checks that a value is plain data (as JSON has it) within bounds, before anything walks it. Never recurses."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from core.said import Said, said
from rules.document.problem import join
from rules.document.source import MAX_DEPTH, MAX_ITEMS, MAX_NODES


def faults(data: Any) -> Iterator[tuple[str, Said]]:
    """JSON pointer and sentence of everything in `data` that is not plain; stops where it grows out of bounds."""
    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    seen = 0
    while waiting:
        pointer, value, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            yield pointer, said("it is nested deeper than {most} levels; write it flatter", most=MAX_DEPTH)
            return
        if seen > MAX_NODES:
            yield "", said("it has more than {most} values; split it into several sets", most=MAX_NODES)
            return
        if type(value) is dict:
            for key, item in value.items():
                if type(key) is not str or not _encodable(key):
                    yield pointer, said("the key {key} is not text; write it in quotes", key=ascii(key)[:60])
                else:
                    waiting.append((join(pointer, key), item, depth + 1))
        elif type(value) is list and len(value) > MAX_ITEMS and pointer != "/rules":
            yield (
                pointer,
                said(
                    "it has {number} parts, and at most {most} are allowed; write fewer",
                    number=len(value),
                    most=MAX_ITEMS,
                ),
            )
        elif type(value) is list:
            waiting.extend((join(pointer, place), item, depth + 1) for place, item in enumerate(value))
        elif type(value) is float and not isfinite(value):
            yield pointer, said("{value} is no number that a rule may use; write a finite one", value=value)
        elif type(value) is int and value.bit_length() > 10_000:
            yield pointer, said("the number has too many digits; write a shorter one")
        elif type(value) is str and not _encodable(value):
            yield (
                pointer,
                said(
                    "the text {value} has a half of a surrogate pair; write the whole character",
                    value=ascii(value)[:60],
                ),
            )
        elif value is not None and type(value) not in (str, int, float, bool):
            yield (
                pointer,
                said(
                    "{name} is no JSON value; write text, a number, true, false, a list or an object",
                    name=type(value).__name__,
                ),
            )


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
