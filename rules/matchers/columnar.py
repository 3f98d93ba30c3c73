"""The matcher for whole histories: events as columns of DuckDB, one question for each rule over all of them at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from rules.matchers import one_pass
from rules.matchers.columns import Columns, Told, fitting, json_path, quoted
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.database import connected
from rules.matchers.lines import UNREADABLE
from rules.matchers.reference import ReferenceMatcher
from rules.rule import Rule

_ENVELOPE = ("id", "type", "subject", "sequence", "at", "customer", "actor", "facts", "was")


class Unreadable(Exception):
    """The file is not what a history file is, or only reading it line by line can tell."""


@dataclass(frozen=True)
class Found:
    """What one rule matched: how many events, and sha256 over their ids, sorted bytewise and joined by newlines."""

    matches: int
    sha256: str


class ColumnarMatcher:
    """Rules as questions to columns. What SQL cannot tell exactly is asked of the reference, event by event; a single event
    makes no columns and is answered by generated code."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.reference, self._code = ReferenceMatcher(rules), CompiledMatcher(rules)
        self.rules = self.reference.rules

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        return self._code.match(event, params)

    def match_many(
        self, events: Sequence[Mapping[str, Any]], params: Mapping[str, Any] | None = None
    ) -> list[list[str]]:
        """For each event the keys of the rules that are true of it, in running order."""
        lines = [_line(event) for event in events]
        found: list[set[str]] = [set() for _event in events]
        with connected() as database:
            asked = _Asked(database, self.rules, params)
            asked.load([(place, line) for place, line in enumerate(lines) if line])
            odd = {*asked.odd()} | {place for place, line in enumerate(lines) if not line}
            for rule, told in asked.told:
                for place in asked.places(rule, told.sure):
                    found[place].add(rule.key)
                alone = ReferenceMatcher([rule])
                for place in asked.places(rule, told.open) if told.open else ():
                    found[place].update(alone.match(events[place], params))
        for place in odd:
            found[place].update(self.reference.match(events[place], params))
        return [[rule.key for rule in self.rules if rule.key in keys] for keys in found]

    def match_file(self, path: Path, params: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Found]]:
        """How many events a history file has, and what each rule matched. Raises Unreadable where the file must be read
        line by line: to be refused with a sentence, or for rules that SQL cannot tell exactly."""
        columns = Columns(params)
        told = [(rule, told_of(rule, columns)) for rule in self.rules]
        try:
            with connected() as database:
                answer = one_pass.ask(database, path, told, columns, params)
        except (duckdb.Error, ValueError, RecursionError, *UNREADABLE) as error:
            raise Unreadable(str(error)[:200]) from error
        if answer is None:
            raise Unreadable("what these rules ask cannot be told by columns alone")
        count, found = answer
        return count, {rule.key: Found(*one) for rule, one in zip(self.rules, found, strict=True)}

    def close(self) -> None:
        """Nothing is held."""


class _Asked:
    """Events in a table, and where each rule is true of them."""

    def __init__(self, database: Any, rules: Sequence[Rule], params: Mapping[str, Any] | None) -> None:
        self._columns = Columns(params)
        self._database = database
        self.told = [(rule, told_of(rule, self._columns)) for rule in rules]

    def load(self, lines: Sequence[tuple[int, str]]) -> None:
        """Events as JSON texts, by their places: one row for each, of what is asked of it, and whether it is `odd`."""
        values = {"places": [place for place, _line in lines], "lines": [line for _place, line in lines]}
        names = ["type", *self._columns.paths.values()]
        asked = ", ".join(quoted(path) for path in ["$.type", *map(json_path, self._columns.paths)])
        raw = ", ".join(
            f"nullif(CAST(found[{place}] AS VARCHAR), 'null') AS raw_{name}" for place, name in enumerate(names, 1)
        )
        kept = [*(f"raw_{name} AS {name}" for name in self._columns.paths.values()), *self._columns.derived]
        odd = f"(contains(line, '\\') OR {self._columns.odd})"
        self._database.execute(
            f"CREATE TEMP TABLE events AS SELECT {', '.join(['place', 'raw_type[2:-2] AS type', *kept, f'{odd} AS odd'])} "
            f"FROM (SELECT place, line, {raw} FROM (SELECT place, line, json_extract(line, [{asked}]) AS found "
            f"FROM (SELECT unnest($places) AS place, unnest($lines) AS line)))",
            values,
        )

    def odd(self) -> list[int]:
        """The places of events that must be asked by themselves."""
        return [place for (place,) in self._database.execute("SELECT place FROM events WHERE odd").fetchall()]

    def places(self, rule: Rule, where: str) -> list[int]:
        select = f"SELECT place FROM events WHERE {fitting(rule.when, 'type')} AND {where} AND NOT odd"
        return [place for (place,) in self._database.execute(select).fetchall()]


def told_of(rule: Rule, columns: Columns) -> Told:
    """Where the rule acts; its own times are asked event by event."""
    told = columns.told(rule.condition)
    return told if rule.since is None and rule.until is None else Told("FALSE", told.may)


def _line(event: Mapping[str, Any]) -> str | None:
    """What rules see of the event as JSON text; None for one that has none, or whose type is no text."""
    if type(event.get("type")) is not str:
        return None
    try:
        return json.dumps({name: event[name] for name in _ENVELOPE if name in event}, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return None
