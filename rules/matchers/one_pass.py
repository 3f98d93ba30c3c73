"""The question about a whole history file as one statement, which keeps no table: only what the rules ask is read of each event.

It tells everything where SQL can tell every rule exactly and no event is odd; else it says so, and columns are made.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rules.matchers.columns import Columns, Told, is_time, quoted
from rules.matchers.marks import ODD, Asked, Marks, when
from rules.rule import Rule

_READ = dict.fromkeys(("id", "type", "subject", "customer", "actor", "sequence", "was"), "JSON") | {"at": "VARCHAR"}
_QUOTE = '"'
_SOUND = " AND ".join(
    [
        *(f"{name} BETWEEN '\"#' AND '#'" for name in ("id", "type", "subject")),  # a text with something in it
        "NOT contains(type, '\\')",  # an escape: the text is another
        # one or two signs that begin with a digit are a whole number; the cast is dear
        "((strlen(sequence) < 3 AND sequence BETWEEN '0' AND ':') OR CAST(TRY_CAST(sequence AS BIGINT) AS VARCHAR) = sequence)",
        # read as text whatever it is; nothing but a text looks like this
        is_time('"at"'),
        "facts IS NOT NULL AND was IS NULL",
        "(customer IS NULL OR customer BETWEEN '\"#' AND '#')",
        "(actor IS NULL OR actor BETWEEN '\"' AND '#')",
    ]
)


def ask(
    database: Any, path: Path, told: Sequence[tuple[Rule, Told]], columns: Columns, longest: int
) -> tuple[int, list[tuple[int, str]]] | None:
    """The number of events, and for each rule how many it matches and the hash over their ids. None where this cannot tell.

    Raises duckdb.Error where a row has another shape than that of an event with these facts.
    """
    inner = {parts[:depth] for parts in columns.paths for depth in range(1, len(parts))}
    marks = Marks([Asked(rule, one.sure) for rule, one in told], _QUOTE)
    if any(one.open for _rule, one in told) or (inner | {("event", "at")}) & columns.paths.keys() or not marks.fit:
        return None
    marked = database.execute(_statement(path, marks, columns, longest)).fetchall()
    if any(mark >= ODD for mark, _count, _ids in marked):
        return None
    found: dict[str, list[str]] = defaultdict(list)
    for mark, _count, ids in marked:
        some = json.loads(f"[{ids or ''}]")
        for one in marks.of(mark):
            found[one.rule.key] += some
    return sum(count for _mark, count, _ids in marked), [_digest(found[rule.key]) for rule, _told in told]


def _digest(ids: list[str]) -> tuple[int, str]:
    """How many ids there are, and the hash over them, sorted: texts have the order of their bytes."""
    return len(ids), hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def _statement(path: Path, marks: Marks, columns: Columns, longest: int) -> str:
    odd = [*columns.oddities, *(f"contains({name}, '\\')" for name in sorted(columns.texts))]
    parts = [when(_SOUND, 0, ODD), *([when(" OR ".join(odd), ODD, 0)] if odd else []), marks.sql()]
    kept = ", ".join(["*", *columns.derived])
    return (
        f"SELECT mark, count(*), string_agg(id, ',') FILTER ({marks.listed}) FROM (SELECT id, {' | '.join(parts)} AS mark "
        f"FROM (SELECT {kept} FROM (SELECT {_reading(columns)} FROM {_source(path, columns, longest)}))) GROUP BY mark"
    )


def _reading(columns: Columns) -> str:
    """The envelope and every path as JSON text; null and missing are both NULL."""
    envelope = [f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in _READ if name != "was"]
    paths = [f"CAST({_place(parts)} AS VARCHAR) AS {name}" for parts, name in columns.paths.items()]
    return ", ".join([*envelope, "facts", "was", *paths])


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
    envelope = ", ".join(f"'{name}': '{kind}'" for name, kind in _READ.items())
    return (
        f"read_json({quoted(str(path))}, format='newline_delimited', maximum_object_size={longest}, "
        f"columns={{{envelope}, 'facts': {quoted(shape)}}})"
    )


def _shape(tree: Mapping[str, Any]) -> str:
    inside = (f'"{name}" {_shape(below) if below else "JSON"}' for name, below in tree.items())
    return f"STRUCT({', '.join(inside)})"
