"""Bounds for what may be read as a document, and the error of text that is none. Never looks at rules."""

from __future__ import annotations

from core.said import Said, said

MAX_DEPTH = 40
MAX_NODES = 500_000
MAX_ITEMS = 1_000  # of one list, but for that of the rules
MAX_JSON = 16_000_000
MAX_YAML = 2_000_000


class Unreadable(ValueError):
    """Text that is no document; `line` counts from 1 where it is known."""

    def __init__(self, message: Said, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def too_deep(line: int | None = None) -> Unreadable:
    return Unreadable(
        said("it is nested deeper than {most} levels; no rule needs that, so write it flatter", most=MAX_DEPTH),
        line,
    )


def too_large(size: int, limit: int) -> Unreadable:
    return Unreadable(
        said("it has {size} characters, and {limit} are allowed; split it into several files", size=size, limit=limit)
    )
