"""The question about a whole history file as one statement, which keeps no table: only what the rules ask is read of each event.

It tells everything where SQL can tell every rule exactly and no event is odd; else it says so, and columns are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rules.matchers.columns import Columns, Told, fitting, quoted
from rules.rule import Rule

_TEXTS = ("id", "type", "subject", "at", "customer", "actor")
_SOUND = " AND ".join(
    [
        *(f"coalesce(starts_with({name}, '\"') AND length({name}) > 2, FALSE)" for name in _TEXTS[:3]),
        "coalesce(TRY_CAST(sequence AS BIGINT) IS NOT NULL AND NOT contains(sequence, '.'), FALSE)",
        'coalesce("at" LIKE \'"____-__-__T__:__:__%\' AND TRY_CAST("at"[2:-2] AS TIMESTAMPTZ) IS NOT NULL, FALSE)',
        *(f"coalesce(starts_with({name}, '\"'), TRUE)" for name in ("customer", "actor")),
        "NOT contains(id, '\\') AND NOT contains(type, '\\') AND has_facts AND no_was",
    ]
)


def ask(
    database: Any, path: Path, told: Sequence[tuple[Rule, Told]], columns: Columns, longest: int
) -> tuple[int, list[tuple[int, str]]] | None:
    """The number of events, and for each rule how many it matches and the hash over their ids. None where this cannot tell.

    Raises duckdb.Error where a row has another shape than that of an event with these facts.
    """
    inner = {parts[:depth] for parts in columns.paths for depth in range(1, len(parts))}
    if any(one.open for _rule, one in told) or inner & columns.paths.keys():
        return None
    found = database.execute(_statement(path, told, columns, longest)).fetchone()
    count, unsound, odd = found[:3]
    if unsound or odd:
        return None
    return int(count), list(zip(found[3::2], found[4::2], strict=True))


def _statement(path: Path, told: Sequence[tuple[Rule, Told]], columns: Columns, longest: int) -> str:
    texts = [name for name in columns.paths.values() if f"t{name}" in columns.names]
    escaped = [f"coalesce(starts_with({name}, '\"') AND contains({name}, '\\'), FALSE)" for name in texts]
    odd = " OR ".join([f"({columns.odd})", *escaped])
    asked = ["count(*)", "count(*) FILTER (NOT sound)", "count(*) FILTER (odd)"]
    for rule, one in told:
        where = f"{fitting(rule.when, 'kind')} AND {one.sure}"
        ids = f"string_agg(name, chr(10) ORDER BY name) FILTER ({where})"
        asked += [f"count(*) FILTER ({where})", f"sha256(coalesce({ids}, ''))"]
    kept = ", ".join([*columns.paths.values(), *columns.derived])
    return (
        f"SELECT {', '.join(asked)} FROM (SELECT id[2:-2] AS name, type[2:-2] AS kind, {kept + ', ' if kept else ''}"
        f"({odd}) AS odd, ({_SOUND}) AS sound FROM (SELECT {_reading(columns)} FROM {_source(path, columns, longest)}))"
    )


def _reading(columns: Columns) -> str:
    """The envelope and every path as JSON text; null and missing are one."""
    envelope = [f'nullif(CAST("{name}" AS VARCHAR), \'null\') AS "{name}"' for name in _ALL]
    paths = [f"nullif(CAST({_place(parts)} AS VARCHAR), 'null') AS {name}" for parts, name in columns.paths.items()]
    return ", ".join([*envelope, "facts IS NOT NULL AS has_facts", "was IS NULL AS no_was", *paths])


_ALL = ("id", "type", "subject", "sequence", "at", "customer", "actor")


def _place(parts: tuple[str, ...]) -> str:
    return ".".join(f'"{part}"' for part in (parts[1:] if parts[0] == "event" else parts))


def _source(path: Path, columns: Columns, longest: int) -> str:
    tree: dict[str, Any] = {}
    for parts in columns.paths:
        if parts[0] != "event":
            inner = tree
            for part in parts[1:-1]:
                inner = inner.setdefault(part, {})
            inner.setdefault(parts[-1], {})
    shape = _shape(tree) if tree else "MAP(VARCHAR, JSON)"
    envelope = ", ".join(f"'{name}': 'JSON'" for name in (*_ALL, "was"))
    return (
        f"read_json({quoted(str(path))}, format='newline_delimited', maximum_object_size={longest}, "
        f"columns={{{envelope}, 'facts': {quoted(shape)}}})"
    )


def _shape(tree: Mapping[str, Any]) -> str:
    inside = (f'"{name}" {_shape(below) if below else "JSON"}' for name, below in tree.items())
    return f"STRUCT({', '.join(inside)})"
