"""Reads facts from one event by their paths, with what changed. Missing and null are one: not set (None)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rules.kinds import kind_of
from rules.observed import NOTHING, Observed, Side

ENVELOPE = ("type", "subject", "customer", "actor", "at")
SUFFIXES = ("was", "change", "change_percent")


@dataclass(frozen=True, slots=True)
class FactPath:
    """The path of a fact: its text, its parts without suffix, and the suffix (was, change, change_percent) or ""."""

    text: str
    parts: tuple[str, ...]
    suffix: str

    @classmethod
    def parse(cls, text: str) -> FactPath:
        *parts, last = text.split(".")
        if parts and last in SUFFIXES:
            return cls(text, tuple(parts), last)
        return cls(text, (*parts, last), "")

    @property
    def base(self) -> str:
        return ".".join(self.parts)


class View:
    """One event with the parameters that hold for it, as conditions see them; in a row, with the facts of the row.
    `side` says which end of what an aggregate may be is asked for; none where only certainty counts."""

    __slots__ = ("event", "facts", "observed", "params", "side", "was")

    def __init__(
        self,
        event: Mapping[str, Any],
        params: Mapping[str, Any] | None = None,
        *,
        item: Mapping[str, Any] | None = None,
        side: Side | None = None,
    ) -> None:
        facts, was, observed = event.get("facts"), event.get("was"), event.get("observed")
        self.event = event
        self.side = side
        self.observed = observed if isinstance(observed, Observed) else NOTHING
        self.facts: Mapping[str, Any] = facts if isinstance(facts, Mapping) else {}
        self.was: Mapping[str, Any] = was if isinstance(was, Mapping) else {}
        self.params: Mapping[str, Any] = params or {}
        if item is not None:
            self.facts = {**self.facts, "item": item}

    def aggregate(self, name: str) -> Any:
        """What the aggregate of this name came to, at the side that is asked for; None where that is not known."""
        return self.observed.value(name, self.side)

    def read(self, path: FactPath) -> Any:
        """The fact's value, or None where it is not set."""
        if not path.suffix:
            return self._now(path.parts)
        if path.base not in self.was:
            return None
        was = self.was[path.base]
        if path.suffix == "was":
            return was
        return _difference(self._now(path.parts), was, as_percent=path.suffix == "change_percent")

    def changed(self, path: FactPath) -> bool:
        """Whether this event changed the fact; false on creation."""
        return path.base in self.was

    def _now(self, parts: tuple[str, ...]) -> Any:
        if parts[0] == "event" and len(parts) == 2:
            return self.event.get(parts[1]) if parts[1] in ENVELOPE else None
        value: Any = self.facts
        for part in parts:
            if type(value) is not dict and not isinstance(value, Mapping):  # most are, and telling so is cheaper
                return None
            value = value.get(part)
        return value


def _difference(now: Any, was: Any, *, as_percent: bool) -> Any:
    kind = kind_of(now)
    if kind != kind_of(was) or kind not in ("number", "money"):
        return None
    currency = None
    if kind == "money":
        currency = now["currency"]
        if currency != was["currency"]:
            return None
        now, was = now["minor"], was["minor"]
    change = Fraction(now) - Fraction(was)
    if as_percent:
        return change * 100 / abs(Fraction(was)) if was else None
    return {"minor": change, "currency": currency} if currency else change
