"""Events of one stretch of the log that are asked together: as whole lines, or by no more than what is asked of them. Their
places are numbers that stand in the order of the log."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core import log_lines
from rules.matchers.streamed import Answer, Path, StreamedMatcher

FEW = 300  # events that are asked one by one: columns cost more to make


class Events(Protocol):
    """What a comparison asks of many events."""

    @property
    def few(self) -> Collection[int]:
        """All places, where it is cheaper to ask one by one; else none."""

    def ask(self, matcher: StreamedMatcher) -> Answer: ...

    def position(self, place: int) -> int: ...

    def load(self, places: Sequence[int]) -> None:
        """These are the places whose documents are asked for next."""

    def document(self, place: int) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Batch:
    """Events by their positions, and as JSON texts."""

    positions: Sequence[int]
    lines: Sequence[str]
    _documents: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def few(self) -> Collection[int]:
        return range(len(self.lines) if len(self.lines) <= FEW else 0)

    def ask(self, matcher: StreamedMatcher) -> Answer:
        return matcher.ask(self.lines)

    def position(self, place: int) -> int:
        return self.positions[place]

    def load(self, places: Sequence[int]) -> None:
        """They are here."""

    def document(self, place: int) -> dict[str, Any]:
        found = self._documents.get(place)
        if found is None:
            found = self._documents[place] = json.loads(self.lines[place])
        return found


@dataclass(frozen=True)
class Rows:
    """Events as rows of what they have at some paths, as log_lines.rows() gives them; their documents are read from the log
    where they are wanted. A place is the position in the log."""

    text: str
    paths: Sequence[Path]
    _documents: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def few(self) -> Collection[int]:
        return ()

    def ask(self, matcher: StreamedMatcher) -> Answer:
        return matcher.ask_rows(self.text, self.paths, log_lines.at)

    def position(self, place: int) -> int:
        return place

    def load(self, places: Sequence[int]) -> None:
        self._documents.clear()
        self._documents.update(zip(places, log_lines.at(places), strict=True))

    def document(self, place: int) -> dict[str, Any]:
        if place not in self._documents:
            self.load([place])
        return self._documents[place]
