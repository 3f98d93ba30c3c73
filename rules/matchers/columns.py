"""Conditions as expressions over columns of DuckDB: where they are surely true, and where they may be.

What SQL can tell exactly is told by SQL; of everything else it says "may be", and such events are asked one by one. A fact
stands in a column as the JSON text that it has in its event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.conditions import All, AnyOf, Comparison, Condition, Not
from rules.facts import ENVELOPE, FactPath, View
from rules.kinds import kind_of
from rules.patterns import INTERNAL, is_pattern
from rules.values import FactValue, Literal, ParamValue

EXACT = 2**53 - 1  # whole numbers up to this are exact as doubles
_NAME = re.compile(r"[A-Za-z0-9_ -]{1,100}", re.ASCII).fullmatch
_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Told:
    """Two expressions: where it is `sure`, and where it `may` be. They are false where SQL says NULL."""

    sure: str
    may: str

    @property
    def open(self) -> str:
        """Where only the reference can tell; empty where there is no such place."""
        return "" if self.sure == self.may else f"({self.may} AND NOT coalesce({self.sure}, FALSE))"


UNTOLD = Told("FALSE", "TRUE")


class Columns:
    """The columns that conditions ask, by the paths of facts; `params` are those of the rules."""

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self.paths: dict[tuple[str, ...], str] = {}
        self._derived: dict[str, str] = {}
        self._params = params or {}

    @property
    def derived(self) -> list[str]:
        """Further columns made of those of the paths, as SQL."""
        return [f"{made} AS {name}" for name, made in self._derived.items()]

    @property
    def odd(self) -> str:
        """Where an event has a number that SQL cannot hold exactly, so that it must be asked by itself."""
        numbers = [f"{name} NOT BETWEEN -{EXACT} AND {EXACT}" for name in self._derived if name.startswith("n")]
        wholes = [f"strlen({name}) > 15" for name in self._derived if name.startswith("mp")]
        return f"coalesce({' OR '.join([*numbers, *wholes])}, FALSE)" if numbers or wholes else "FALSE"

    def told(self, condition: Condition | None) -> Told:
        """Where a rule's condition is true, of events that are not odd."""
        return Told("TRUE", "TRUE") if condition is None else self._told(condition, true=True)

    def _told(self, condition: Condition, *, true: bool) -> Told:
        if isinstance(condition, Not):
            return self._told(condition.item, true=not true)
        if isinstance(condition, All | AnyOf):
            found = [self._told(item, true=true) for item in condition.items]
            return _joined(found, "AND" if isinstance(condition, All) is true else "OR")
        return self._leaf(condition, true=true)

    def _leaf(self, leaf: Comparison, *, true: bool) -> Told:
        seen, wanted, operator = leaf.seen, self._constant(leaf.wanted), leaf.operator.name
        if not isinstance(seen, FactValue) or seen.default is not None or wanted is None:
            return UNTOLD
        raw = self._column(seen.path)
        if raw is None:
            return UNTOLD
        if operator == "exists" and type(wanted) is bool:
            return _exact(f"({raw} IS {'NOT ' if wanted is true else ''}NULL)")
        if operator in ("eq", "ne"):
            return self._compared("=" if true is (operator == "eq") else "<>", raw, wanted)
        if operator in _SIGNS:
            sign = _SIGNS[operator] if true else _CONTRARY[_SIGNS[operator]]
            return self._compared(sign, raw, wanted) if kind_of(wanted) != "boolean" else _exact("FALSE")
        if (
            operator == "between"
            and type(wanted) is list
            and len(wanted) == 2
            and "boolean" not in map(kind_of, wanted)
        ):
            signs = (">=", "<=") if true else ("<", ">")
            ends = [self._compared(sign, raw, end) for sign, end in zip(signs, wanted, strict=True)]
            return _joined(ends, "AND" if true else "OR")
        if operator in ("in", "not_in") and type(wanted) is list and wanted:
            inside = true is (operator == "in")
            members = [self._compared("=" if inside else "<>", raw, member) for member in wanted]
            return _joined(members, "OR" if inside else "AND")
        if operator in ("starts_with", "ends_with") and type(wanted) is str:
            if '"' in wanted:  # such a text has an escape, and is asked by itself
                return _exact("FALSE" if true else is_text(raw))
            part, asked = (f'"{wanted}', "starts_with") if operator == "starts_with" else (f'{wanted}"', "suffix")
            return _exact(f"({is_text(raw)} AND {'' if true else 'NOT '}{asked}({raw}, {quoted(part)}))")
        return UNTOLD

    def _compared(self, sign: str, raw: str, wanted: Any) -> Told:
        """A comparison with a constant; false where the kinds differ."""
        kind = kind_of(wanted)
        if kind == "text" and sign in ("=", "<>"):
            asked = f"{raw} {sign} {quoted(_in_quotes(wanted))}"
            return _exact(f"({asked})" if sign == "=" else f"({is_text(raw)} AND {asked})")
        if kind == "text":
            text = self._derive(f"t{raw}", f"CASE WHEN {is_text(raw)} THEN {raw}[2:-2] END")
            return _exact(f"({text} {sign} {quoted(wanted)})")
        if kind == "boolean":
            return _exact(f"({raw} = '{'true' if wanted is (sign == '=') else 'false'}')")
        if kind == "number" and abs(wanted) <= EXACT:
            number = self._derive(f"n{raw}", f"TRY_CAST({raw} AS DOUBLE)")
            return _exact(f"({number} {sign} CAST('{wanted!r}' AS DOUBLE))")
        if kind == "money" and type(wanted["minor"]) is int and abs(wanted["minor"]) <= EXACT:
            return self._of_money(sign, raw, wanted)
        return UNTOLD

    def _of_money(self, sign: str, raw: str, wanted: Mapping[str, Any]) -> Told:
        """An object of two keys: whole minor units, and a currency that is text."""
        part = f"CASE WHEN starts_with({raw}, '{{') AND len(json_keys({raw}::JSON)) = 2 THEN ({raw}::JSON->'$.%s')::VARCHAR END"
        minor = self._derive(f"m{raw}", part % "minor")
        currency = self._derive(f"c{raw}", part % "currency")
        in_json = quoted(_in_quotes(wanted["currency"]))
        whole = f"regexp_full_match({minor}, '-?[0-9]+') AND {currency} = {in_json}"
        return _exact(f"({whole} AND TRY_CAST({minor} AS BIGINT) {sign} {wanted['minor']})")

    def _derive(self, name: str, made: str) -> str:
        self._derived[name] = made
        return name

    def _column(self, path: FactPath) -> str | None:
        """The column of a path; None for those that only a View can read, or whose names are no plain words."""
        if path.suffix or not all(map(_NAME, path.parts)):
            return None
        if path.parts[0] == "event" and len(path.parts) == 2:
            return self.paths.setdefault(path.parts, f"p{len(self.paths)}") if path.parts[1] in ENVELOPE else None
        return self.paths.setdefault(("facts", *path.parts), f"p{len(self.paths)}")

    def _constant(self, wanted: Any) -> Any:
        """The right side where it is the same for every event; else None."""
        if isinstance(wanted, Literal):
            return wanted.value
        if isinstance(wanted, ParamValue) and wanted.at is None:
            try:
                return wanted.resolve(View({}, self._params))
            except ValueError:
                return None
        return None


def json_path(parts: tuple[str, ...]) -> str:
    """Where in an event a column stands."""
    return "$" + "".join(f'."{part}"' for part in (parts[1:] if parts[0] == "event" else parts))


def fitting(whens: tuple[str, ...], column: str, mark: str = "") -> str:
    """Where an event's type fits one of `whens`, as patterns.fits has it. `mark` stands around the type in its column."""
    return f"({' OR '.join(_fits(when, column, mark) for when in whens)})"


def _fits(when: str, column: str, mark: str) -> str:
    if not is_pattern(when):
        return f"{column} = {quoted(mark + when + mark)}"
    pattern = "".join("%" if sign == "*" else f"\\{sign}" if sign in "%_\\" else sign for sign in when)
    alike = [] if when == "*" else [f"{column} LIKE {quoted(mark + pattern + mark)} ESCAPE '\\'"]
    named = when.split("*")[0]
    hidden = [prefix for prefix in INTERNAL if prefix.startswith(named) and not named.startswith(prefix)]
    alike += [f"NOT starts_with({column}, {quoted(mark + prefix)})" for prefix in hidden]
    return f"({' AND '.join(alike) or 'TRUE'})"


def is_text(column: str) -> str:
    """Where a column of JSON has a text: it begins with a quote, which is how a database finds it soonest."""
    return f"({column} >= '\"' AND {column} < '#')"


def _in_quotes(text: str) -> str:
    return f'"{text}"'


def _exact(asked: str) -> Told:
    return Told(asked, asked)


def _joined(found: list[Told], word: str) -> Told:
    between = f" {word} "
    return Told(f"({between.join(one.sure for one in found)})", f"({between.join(one.may for one in found)})")


def quoted(text: str) -> str:
    """A constant of SQL: DuckDB's texts know no escapes but the doubled quote."""
    return "'" + text.replace("'", "''") + "'"
