"""What is wrong with a document, as values: where, how bad, and what to do. Never raises on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.errors import PravilaError
from core.said import Said, listed, said

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `pointer` is a JSON pointer into the document, `line` counts from 1 where the source is known. A note
    says what was not decided. `code` names the check that found it; `witness` is an event that shows it, with the
    parameters and counts beside it: {"event", "params", "counted"}."""

    severity: Severity
    rule: str
    pointer: str
    message: Said
    line: int | None = None
    code: str = ""
    witness: Mapping[str, Any] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.at_its_place

    @property
    def at_its_place(self) -> Said:
        """The message with its rule and its pointer before it."""
        return said(
            "{severity}: rule {rule} at {pointer}: {message}",
            severity=said(self.severity), rule=self.rule or "-", pointer=self.pointer or "/", message=self.message,
        )  # fmt: skip

    def at_line(self, line: int | None) -> Problem:
        return replace(self, line=line)


class BadRules(PravilaError):
    """These rules cannot be used. {listing} Correct them and check them again."""

    status = 422
    code = "bad-rules"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(listing=listed((problem.at_its_place for problem in self.problems[:20]), " "))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class Misplaced(ValueError):
    """A part of a rule that cannot be built; `pointer` is where it stands, within the rule."""

    def __init__(self, pointer: str, message: Said) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


def join(pointer: str, *parts: str | int) -> str:
    """A JSON pointer (RFC 6901) to something below `pointer`."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
