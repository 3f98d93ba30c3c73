"""The question about a whole history file as one statement, which keeps no table: only what the rules ask is read of each event.

It tells everything where SQL can tell every rule exactly; else it says so, and the file is read event by event.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from core.history_file import event_of
from rules.matchers.columns import Columns, Told
from rules.matchers.digest import digest
from rules.matchers.lines import COMPILED, Lines
from rules.matchers.marks import Asked, Marks
from rules.matchers.reference import ReferenceMatcher
from rules.rule import Rule

_QUOTE = '"'


def ask(
    database: Any,
    path: Path,
    told: Sequence[tuple[Rule, Told]],
    columns: Columns,
    params: Mapping[str, Any] | None = None,
) -> tuple[int, list[tuple[int, str]]] | None:
    """The number of events, and for each rule how many it matches and the hash over their ids. None where this cannot tell.

    Raises ValueError where a line is no event, duckdb.Error where too many lines are not plain, and what reading raises.
    """
    marks = Marks([Asked(rule, one.sure) for rule, one in told], _QUOTE)
    paths = {parts[1:] if parts[0] == "event" else parts: name for parts, name in columns.paths.items()}
    inner = {parts[:depth] for parts in paths for depth in range(1, len(parts))}
    if not COMPILED or any(one.open for _rule, one in told) or inner & paths.keys() or not marks.fit:
        return None
    lines = Lines(path, list({("id",): "", ("type",): "", **paths}))
    marked = _rows(database, lines, _statement(lines, paths, marks, columns))
    count, found = 0, defaultdict[str, list[str]](list)
    for mark, events, ids in marked:
        some = json.loads(f"[{ids or ''}]")
        count += events
        for one in marks.of(mark):
            found[one.rule.key] += some
    matcher = ReferenceMatcher([rule for rule, _told in told])
    for event in (event_of(line) for line in lines.left if line.strip()):
        count += 1
        for key in matcher.match(event, params):
            found[key].append(event["id"])
    return count, [(len(ids := found[rule.key]), digest(ids)) for rule, _told in told]


def _rows(database: Any, lines: Lines, statement: str) -> list[Any]:
    database.register("lines", lines)
    try:
        return database.execute(statement).fetchall()
    except duckdb.Error as error:
        raise lines.raised or error from None
    finally:
        database.unregister("lines")


def _statement(lines: Lines, paths: Mapping[tuple[str, ...], str], marks: Marks, columns: Columns) -> str:
    named = {("id",): "id", ("type",): "type"}
    read = [f"{lines.column(parts)} AS {name}" for parts, name in [*named.items(), *paths.items()]]
    return (
        f"SELECT mark, count(*), string_agg(id, ',') FILTER ({marks.listed}) FROM "
        f"(SELECT id, {marks.sql()} AS mark FROM "
        f"(SELECT {', '.join(['*', *columns.derived])} FROM (SELECT {', '.join(read)} FROM lines))) GROUP BY mark"
    )
