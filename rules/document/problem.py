"""What is wrong with a document, as values: where, how bad, and what to do. Never raises on its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.errors import PravilaError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `pointer` is a JSON pointer into the document, `line` counts from 1 where the source is known."""

    severity: Severity
    rule: str
    pointer: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.severity}: rule {self.rule or '-'} at {self.pointer or '/'}: {self.message}"

    def at_line(self, line: int | None) -> Problem:
        return replace(self, line=line)


class BadRules(PravilaError):
    """These rules cannot be used. {listing} Correct them and check them again."""

    status = 422
    code = "bad-rules"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(listing=" ".join(str(problem) for problem in self.problems[:20]))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class Misplaced(ValueError):
    """A part of a rule that cannot be built; `pointer` is where it stands, within the rule."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


def join(pointer: str, *parts: str | int) -> str:
    """A JSON pointer (RFC 6901) to something below `pointer`."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
