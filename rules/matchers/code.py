"""The text of one generated function: what it reads of an event, and the constants it is run with.

What staff wrote never stands in the text, but for plain numbers and words of letters and digits: everything else is a constant
handed to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Any

from rules.facts import ENVELOPE, FactPath, View
from rules.kinds import is_money

_WORD = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII).fullmatch


def walk(facts: Any, parts: tuple[str, ...]) -> Any:
    """A fact by its parts, as View reads it: None where any part of the way is no mapping or has no such key."""
    for part in parts:
        if not isinstance(facts, Mapping):
            return None
        facts = facts.get(part)
    return facts


def facts_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = event.get("facts")
    return found if isinstance(found, Mapping) else {}


def was_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = event.get("was")
    return found if isinstance(found, Mapping) else {}


def minor_of(value: Any, currency: str) -> Any:
    """The amount in minor units of a money fact of that currency; else a number that equals and exceeds nothing."""
    return value["minor"] if type(value) is dict and is_money(value) and value["currency"] == currency else nan


class Code:
    """One function in the making. Reading a path, a number or an amount is written once, however often it is asked."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {
            "walk": walk, "facts_of": facts_of, "was_of": was_of, "minor_of": minor_of, "View": View, "INF": inf, "NAN": nan,
        }  # fmt: skip
        self._names: dict[tuple[str, Any], str] = {}
        self._paths: dict[tuple[str, ...], str] = {}
        self._derived: dict[str, str] = {}
        self._amounts: dict[tuple[str, str], str] = {}
        self._envelope: dict[str, str] = {}
        self.needs_view = False
        self.needs_was = False

    def constant(self, value: Any) -> str:
        """The name by which the function knows `value`; a plain number or word stands in the text itself, which is faster."""
        if type(value) is int or (type(value) is float and isfinite(value)) or (type(value) is str and _WORD(value)):
            return repr(value)
        key = (type(value).__name__, value if isinstance(value, str | int | float | frozenset) else id(value))
        if key not in self._names:
            name = f"c{len(self._names)}"
            self._names[key] = name
            self.constants[name] = value
        return self._names[key]

    def value(self, path: FactPath) -> str | None:
        """The variable with the fact at `path`; None for a path with a suffix, which only a View can read."""
        if path.suffix:
            return None
        if path.parts[0] == "event" and len(path.parts) == 2:
            if path.parts[1] not in ENVELOPE:
                return "None"
            return self._envelope.setdefault(path.parts[1], f"e{len(self._envelope)}")
        return self._paths.setdefault(path.parts, f"v{len(self._paths)}")

    def number(self, variable: str) -> str:
        """The variable as a number, and NAN where it is none: every comparison with that is false."""
        name = f"n{variable}"
        self._derived[name] = (
            f"{name} = {variable} if type({variable}) is int or (type({variable}) is float and -INF < {variable} < INF) "
            "else NAN"
        )
        return name

    def amount(self, variable: str, currency: str) -> str:
        """The variable as an amount of that currency in minor units, and NAN where it is none."""
        name = self._amounts.setdefault((variable, currency), f"m{len(self._amounts)}")
        self._derived[name] = f"{name} = minor_of({variable}, {self.constant(currency)})"
        return name

    @property
    def variables(self) -> list[str]:
        """Everything that is read, in an order that a call can repeat."""
        extra = [name for name, needed in (("view", self.needs_view), ("was", self.needs_was)) if needed]
        return [*extra, *self._envelope.values(), *self._paths.values(), *self._derived]

    def reading(self) -> list[str]:
        """The lines that read all of it from `event` and `params`."""
        lines = []
        if self.needs_view:
            lines.append("view = View(event, params)")
        if self.needs_was:
            lines.append("was = was_of(event)")
        lines += [f"{name} = event.get({self.constant(part)})" for part, name in self._envelope.items()]
        lines += self._reading_paths()
        return lines + list(self._derived.values())

    def _reading_paths(self) -> list[str]:
        if not self._paths:
            return []
        quick = ["facts = event['facts']"]
        known: dict[tuple[str, ...], str] = {(): "facts"}
        for parts, name in self._paths.items():
            for depth in range(1, len(parts)):
                above = parts[:depth]
                if above not in known:
                    known[above] = f"o{len(known)}"
                    quick.append(f"{known[above]} = {known[above[:-1]]}[{self.constant(parts[depth - 1])}]")
            quick.append(f"{name} = {known[parts[:-1]]}[{self.constant(parts[-1])}]")
        slow = ["facts = facts_of(event)"]
        slow += [f"{name} = walk(facts, {self.constant(parts)})" for parts, name in self._paths.items()]
        kept = [f"    {line}" for line in quick]
        return ["try:", *kept, "except (KeyError, TypeError, IndexError):", *[f"    {line}" for line in slow]]
