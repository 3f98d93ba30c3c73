"""What is written in C must be compiled, or it is said: slower without a word is not told apart from broken."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004

from rules.matchers import lines

HINT = "run python -m rules.matchers.compiling"


def check_compiled(**_kwargs: Any) -> list[CheckMessage]:
    """A warning: history files are read without it too, at a twentieth of the speed."""
    return [] if lines.COMPILED else [Warning("rules/matchers/native is not compiled for this system", hint=HINT)]
