"""The matcher for whole histories: events as columns of DuckDB, one question for each rule over all of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from rules.matchers import one_pass
from rules.matchers.columns import Columns, Told, fitting, is_time, json_path, quoted
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.database import connected
from rules.matchers.lines import UNREADABLE, blocks
from rules.matchers.reference import ReferenceMatcher
from rules.rule import Rule

MAX_LINE = 1_000_000
_ENVELOPE = ("id", "type", "subject", "sequence", "at", "customer", "actor", "facts", "was")
_SOUND = " AND ".join(
    [
        *(f"coalesce(starts_with(raw_{name}, '\"') AND length(raw_{name}) > 2, FALSE)" for name in _ENVELOPE[:3]),
        "coalesce(CAST(TRY_CAST(raw_sequence AS BIGINT) AS VARCHAR) = raw_sequence, FALSE)",
        f"coalesce(starts_with(raw_at, '\"') AND {is_time('raw_at[2:-2]')}, FALSE)",
        *(f"coalesce(starts_with(raw_{name}, '\"'), TRUE)" for name in ("customer", "actor")),
        "coalesce(raw_customer <> '\"\"', TRUE)",
        "NOT contains(raw_id, '\\') AND NOT contains(raw_type, '\\')",  # an escape: the text is another
        "coalesce(starts_with(raw_facts, '{'), FALSE)",
        "coalesce(starts_with(raw_was, '{'), TRUE)",
    ]
)


class Unreadable(Exception):
    """The file is not what a history file is, or has what only reading it line by line can tell."""


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
            odd = {place for place, _line in asked.odd()} | {place for place, line in enumerate(lines) if not line}
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
        line by line to be refused with a sentence."""
        try:
            with connected() as database:
                asked = _Asked(database, self.rules, params)
                if (told := asked.in_one_pass(path)) is not None:
                    count, found = told
                    return count, {rule.key: Found(*one) for rule, one in zip(self.rules, found, strict=True)}
                asked.load_file(path)
                odd = [(place, self.reference.match(json.loads(line), params)) for place, line in asked.odd()]
                return asked.count(), {
                    rule.key: self._found(asked, rule, told, params, [place for place, keys in odd if rule.key in keys])
                    for rule, told in asked.told
                }
        except (duckdb.Error, ValueError, RecursionError, *UNREADABLE) as error:
            raise Unreadable(str(error)[:200]) from error

    def close(self) -> None:
        """Nothing is held."""

    def _found(self, asked: _Asked, rule: Rule, told: Told, params: Mapping[str, Any] | None, more: list[int]) -> Found:
        alone = ReferenceMatcher([rule])
        more += [place for place, line in asked.lines(rule, told) if alone.match(json.loads(line), params)]
        return asked.digest(rule, told.sure, more)


class _Asked:
    """Events in a table, and where each rule is true of them."""

    def __init__(self, database: Any, rules: Sequence[Rule], params: Mapping[str, Any] | None) -> None:
        self._columns, self._params = Columns(params), params
        self._database = database
        self.told = [(rule, told_of(rule, self._columns)) for rule in rules]
        self._open = any(told.open for _rule, told in self.told)
        self._place = "rowid"

    def load(self, lines: Sequence[tuple[int, str]]) -> None:
        """Events as JSON texts, by their places."""
        values = {"places": [place for place, _line in lines], "lines": [line for _place, line in lines]}
        self._create("SELECT unnest($places) AS place, unnest($lines) AS line", values, "place")

    def in_one_pass(self, path: Path) -> tuple[int, list[tuple[int, str]]] | None:
        """All there is to tell about a file, by one statement; None where that cannot tell it."""
        try:
            return one_pass.ask(self._database, path, self.told, self._columns, self._params)
        except duckdb.Error:
            return None

    def load_file(self, path: Path) -> None:
        """The events of a history file. Raises Unreadable where a row is none, and UNREADABLE."""
        for _block in blocks(path):  # the database does not look at the sum of what it inflates
            pass
        options = f"format='newline_delimited', maximum_object_size={MAX_LINE}"
        source = f"SELECT json AS line FROM read_json_objects({quoted(str(path))}, {options})"
        self._create(source, {})
        if self._database.execute("SELECT count(*) FROM events WHERE NOT sound").fetchone()[0]:
            raise Unreadable("a row that is no event")

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM events").fetchone()[0])

    def odd(self) -> Iterator[tuple[int, str]]:
        """Place and JSON text of each event that must be asked by itself."""
        return self._rows(self._database.execute(f"SELECT {self._place}, line FROM events WHERE odd"))

    def places(self, rule: Rule, where: str) -> list[int]:
        return [place for (place,) in self._select(self._place, rule, f"{where} AND NOT odd").fetchall()]

    def lines(self, rule: Rule, told: Told) -> Iterator[tuple[int, str]]:
        """Place and JSON text of each event of which SQL cannot tell whether the rule is true."""
        return (
            self._rows(self._select(f"{self._place}, line", rule, f"{told.open} AND NOT odd"))
            if told.open
            else iter(())
        )

    def digest(self, rule: Rule, sure: str, more: Sequence[int]) -> Found:
        also = f" OR {self._place} IN ({', '.join(map(str, more))})" if more else ""
        what = "count(*), sha256(coalesce(string_agg(id, chr(10) ORDER BY id), ''))"
        return Found(*self._select(what, rule, f"(({sure} AND NOT odd){also})").fetchone())

    def _select(self, what: str, rule: Rule, where: str) -> Any:
        return self._database.execute(f"SELECT {what} FROM events WHERE {fitting(rule.when, 'type')} AND {where}")

    def _rows(self, found: Any) -> Iterator[tuple[int, str]]:
        while rows := found.fetchmany(1000):
            yield from rows

    def _create(self, source: str, values: Mapping[str, Any], numbered: str = "") -> None:
        """One row for each event: what is asked of it, whether it is `sound`, and whether it is `odd`."""
        self._place = numbered or "rowid"
        own = f"{numbered}, " if numbered else ""
        names = [*_ENVELOPE, *self._columns.paths.values()]
        paths = [*(f"$.{name}" for name in _ENVELOPE), *map(json_path, self._columns.paths)]
        asked = ", ".join(quoted(path) for path in paths)
        raw = ", ".join(
            f"nullif(CAST(found[{place}] AS VARCHAR), 'null') AS raw_{name}" for place, name in enumerate(names, 1)
        )
        kept = ", ".join([*(f"raw_{name} AS {name}" for name in self._columns.paths.values()), *self._columns.derived])
        odd = f"(contains(line, '\\') OR {self._columns.odd})"
        line = "line" if self._open else "CASE WHEN odd THEN line END"
        self._database.execute(
            f"CREATE TEMP TABLE events AS SELECT * REPLACE ({line} AS line) FROM (SELECT {own}line, raw_id[2:-2] AS id, "
            f"raw_type[2:-2] AS type, {kept + ', ' if kept else ''}{odd} AS odd, {_SOUND} AS sound FROM "
            f"(SELECT {own}line, {raw} FROM (SELECT {own}line, json_extract(line, [{asked}]) AS found FROM ({source}))))",
            dict(values) or None,
        )


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
