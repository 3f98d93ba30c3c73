"""RE2 patterns: linear in time whatever the pattern, bounded in memory, compiled once. Never uses Python's re."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from core.said import said

MAX_PATTERN = 1000
MAX_MEMORY = 1 << 20


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The compiled pattern. Raises ValueError with what is wrong with it."""
    if len(pattern) > MAX_PATTERN:
        raise ValueError(
            said(
                "it has {number} characters, and {most} are allowed",
                number=len(pattern),
                most=MAX_PATTERN,
            )
        )
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else said("it cannot be read")
        raise ValueError(why.decode(errors="replace") if isinstance(why, bytes) else why) from None


def found_in(text: str, pattern: str) -> bool | None:
    """Whether `pattern` is found anywhere in `text`; None where the text is not Unicode that RE2 can read."""
    try:
        return compiled(pattern).search(text) is not None
    except UnicodeEncodeError:
        return None
