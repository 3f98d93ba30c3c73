"""What a rule looks like as sentences: lines of words, fields and buttons, each at its place in the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rules.document.problem import Problem


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen. Choices of one `group` stand together."""

    value: str
    title: str
    group: str = ""


@dataclass(frozen=True)
class Word:
    """A part of the sentence that is only read. `kept` marks what the editor shows and leaves as it is written;
    what is `silent` is not a part of the plain sentence."""

    text: str
    kept: bool = False
    silent: bool = False


@dataclass(frozen=True)
class Field:
    """A part that is chosen or typed, at the JSON pointer `at`. `do` is the edit that it makes; `sort` how it is
    entered: select, text, long, number, money, duration, date or checks. `parts` are the values of its controls by name,
    `hints` values that history has."""

    at: str
    sort: str
    label: str
    parts: dict[str, str]
    choices: tuple[Choice, ...] = ()
    hints: tuple[Choice, ...] = ()
    do: str = "set"
    taken: tuple[str, ...] = ()
    silent: bool = False

    @property
    def name(self) -> str:
        """Tells the field from all others of the rule."""
        return f"f{self.do}{self.at}"

    @property
    def value(self) -> str:
        return self.parts.get("value", "")

    @property
    def groups(self) -> list[tuple[str, list[Choice]]]:
        """The choices by their groups, in the order in which these come."""
        found: dict[str, list[Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.group, []).append(choice)
        return list(found.items())

    @property
    def text(self) -> str:
        """What the sentence says here."""
        titles = {choice.value: choice.title for choice in self.choices}
        if self.sort == "checks":
            return ", ".join(titles.get(value, value) for value in self.taken) or "…"
        return " ".join(titles.get(part, part) for part in self.parts.values()).strip() or "…"


@dataclass(frozen=True)
class Button:
    """Something that can be done with a line: `edit` is what is sent for it."""

    title: str
    edit: dict[str, Any]
    icon: str = ""

    @property
    def data(self) -> str:
        return json.dumps(self.edit)


@dataclass
class Line:
    """One line of the sentence, with further lines below it. `more` are edits chosen from a list: add something.
    `sort` is when, condition, group, step, clause or part. `origin` says where an inherited part comes from."""

    at: str
    sort: str
    parts: list[Word | Field] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    more: list[Button] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    asked: bool = False  # whether history can be asked how often it is true
    locked: bool = False
    origin: str = ""

    @property
    def text(self) -> str:
        """The line and those below it as plain text."""
        own = " ".join(part.text for part in self.parts if not part.silent)
        below = "; ".join(line.text for line in self.lines)
        return f"{own}: {below}" if below and own and len(self.lines) > 1 else f"{own} {below}".strip()

    def walk(self) -> Iterator[Line]:
        """This line and all below it."""
        yield self
        for line in self.lines:
            yield from line.walk()

    @property
    def fields(self) -> list[Field]:
        return [part for part in self.parts if isinstance(part, Field)]


@dataclass
class Section:
    """When, If, Then or And: a heading over lines, and what can be added below them."""

    key: str
    title: str
    note: str
    lines: list[Line]
    more: list[Button] = field(default_factory=list)


def place_problems(sections: list[Section], problems: list[Problem]) -> list[Problem]:
    """Give each problem to the innermost line that has its place. Those that no line has are left."""
    lines = [line for section in sections for first in section.lines for line in first.walk()]
    left = []
    for problem in problems:
        around = [line for line in lines if f"{problem.pointer}/".startswith(f"{line.at}/") and line.at]
        if around:
            max(around, key=lambda line: len(line.at)).problems.append(problem)
        else:
            left.append(problem)
    return left
