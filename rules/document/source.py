"""Bounds for what may be read as a document, and the error of text that is none. Never looks at rules."""

from __future__ import annotations

MAX_DEPTH = 40
MAX_NODES = 500_000
MAX_JSON = 16_000_000
MAX_YAML = 2_000_000


class Unreadable(ValueError):
    """Text that is no document; `line` counts from 1 where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def too_deep(line: int | None = None) -> Unreadable:
    return Unreadable(f"it is nested deeper than {MAX_DEPTH} levels; no rule needs that, so write it flatter", line)


def too_large(size: int, limit: int) -> Unreadable:
    return Unreadable(f"it has {size} characters, and {limit} are allowed; split it into several files")
