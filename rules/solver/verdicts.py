"""Sets of verdicts, as one asks for them: true; not true, which is false or unknown; and so on."""

from __future__ import annotations

TRUE, FALSE, UNKNOWN = 1, 2, 4
NOT_TRUE = FALSE | UNKNOWN
ANY = TRUE | FALSE | UNKNOWN


def flipped(wanted: int) -> int:
    """What must be of a condition for `not` of it to be one of `wanted`."""
    return wanted & UNKNOWN | (wanted & TRUE) << 1 | (wanted & FALSE) >> 1


def set_of(verdict: bool | None) -> int:
    return UNKNOWN if verdict is None else TRUE if verdict else FALSE
