"""The log as lines: each event as the JSON text of its document, made by the database, for whoever reads much of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

_HAS_MOVED = "CASE WHEN e.transition = '' AND e.target = '' THEN {0} ELSE {1} END"
_POSTGRESQL = {
    "text": "to_json({0})::text",
    "at": "to_char(e.at AT TIME ZONE 'UTC', CASE WHEN date_trunc('second', e.at) = e.at "
    'THEN \'YYYY-MM-DD"T"HH24:MI:SS"Z"\' ELSE \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\' END)',
    "facts": "({0})::text",
    "moved": "e.facts || jsonb_build_object('transition', jsonb_strip_nulls(jsonb_build_object("
    "'name', nullif(e.transition, ''), 'from', nullif(e.source, ''), 'to', nullif(e.target, ''))))",
    "was": "e.was::text",
    "rows": "string_agg({0}, chr(10))",
    "glue": "chr(31)",
}
_SQLITE = {
    "text": "json_quote({0})",
    "at": "replace(e.at, ' ', 'T') || 'Z'",
    "facts": "{0}",
    "moved": "json_set(e.facts, '$.transition', json_patch('{}', json_object("
    "'name', nullif(e.transition, ''), 'from', nullif(e.source, ''), 'to', nullif(e.target, ''))))",
    "was": "e.was",
    "rows": "group_concat({0}, char(10))",
    "glue": "char(31)",
}

Line = tuple[int, str, str, str]  # position, type, customer and document of an event


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the log: events of time in [`since`, `until`), of one customer where one is given, and of the `types`
    where there are any."""

    since: datetime
    until: datetime
    customer: str = ""
    types: tuple[str, ...] = ()


def lines(stretch: Stretch, after: int, to: int) -> list[Line]:
    """Position, type, customer and document of the events of a stretch at positions in (`after`, `to`], in their order."""
    where, values = _where(stretch, after, to)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.id, e.type, e.customer, {_line()} FROM core_event e {where} ORDER BY e.id", values)
        found: list[Line] = cursor.fetchall()
        return found


def count(stretch: Stretch, after: int, to: int) -> int:
    """How many events that are, of whatever type."""
    where, values = _where(Stretch(stretch.since, stretch.until, stretch.customer), after, to)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM core_event e {where}", values)
        return int(cursor.fetchone()[0])


def begun(noun: str, after: int, to: int, customer: str = "") -> list[str]:
    """The objects of a noun whose first event stands at a position in (`after`, `to`]."""
    whose = " AND e.customer = %s" if customer else ""
    sql = (
        f"SELECT e.subject FROM core_event e WHERE e.id > %s AND e.id <= %s AND e.subject LIKE %s{whose} "
        "AND NOT EXISTS (SELECT 1 FROM core_event f WHERE f.subject = e.subject AND f.id < e.id) ORDER BY e.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, to, f"{noun}:%", *([customer] if customer else [])])
        return [subject for (subject,) in cursor.fetchall()]


def of_subjects(subjects: Sequence[str], to: int) -> dict[str, list[tuple[int, str]]]:
    """Position and document of every event of these objects up to position `to`, in the order of the log."""
    found: dict[str, list[tuple[int, str]]] = {subject: [] for subject in subjects}
    marks = ", ".join(["%s"] * len(subjects))
    sql = (
        f"SELECT e.subject, e.id, {_line()} FROM core_event e WHERE e.subject IN ({marks}) AND e.id <= %s ORDER BY e.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*subjects, to])
        for subject, position, line in cursor.fetchall():
            found[subject].append((position, line))
    return found


def at(positions: Sequence[int]) -> list[dict[str, Any]]:
    """The documents of the events at these positions, in that order."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(positions), 1000):
        some = positions[start : start + 1000]
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT e.id, {_line()} FROM core_event e WHERE e.id IN ({marks})", list(some))
            found |= {position: json.loads(line) for position, line in cursor.fetchall()}
    return [found[position] for position in positions]


def tells_rows() -> bool:
    """Whether this database has what rows() needs."""
    return connection.vendor == "postgresql" or sqlite3.sqlite_version_info >= (3, 38)


def rows(stretch: Stretch, after: int, to: int, paths: Sequence[tuple[str, ...]], without: str = "") -> str:
    """The events of a stretch at positions in (`after`, `to`], a line each: its position, its type and what it has at each of
    `paths`, as JSON texts between U+001F, empty where there is nothing. A path is ("facts", …) or ("event", NAME). Events of
    the type `without` are left out. One text, for rows would cost more than what is read."""
    where, values = _where(stretch, after, to)
    made = _made()
    texts = [_value(("event", "type")), *(f"coalesce({_value(path)}, '')" for path in paths)]
    row = f" || {made['glue']} || ".join(["e.id", *texts])
    if without:
        where, values = f"{where} AND e.type <> %s", [*values, without]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {made['rows'].format(row)} FROM core_event e {where}", values)
        return str(cursor.fetchone()[0] or "")


def documents(subjects: Sequence[str], to: int) -> dict[str, list[dict[str, Any]]]:
    """The document of every event of these objects up to position `to`, in the order of the log."""
    found = of_subjects(subjects, to) if subjects else {}
    return {subject: [json.loads(line) for _position, line in known] for subject, known in found.items()}


def _where(stretch: Stretch, after: int, to: int) -> tuple[str, list[Any]]:
    adapt = connection.ops.adapt_datetimefield_value
    where = "WHERE e.id > %s AND e.id <= %s AND e.at >= %s AND e.at < %s"
    values: list[Any] = [after, to, adapt(stretch.since), adapt(stretch.until)]
    if stretch.customer:
        where += " AND e.customer = %s"
        values.append(stretch.customer)
    if stretch.types:
        where += f" AND e.type IN ({', '.join(['%s'] * len(stretch.types))})"
        values += stretch.types
    return where, values


def _line() -> str:
    """SQL: the document of the event `e` as JSON text, as Event.as_document() has it."""
    made = _made()
    name = made["text"].format(
        "CASE WHEN e.imported_as <> '' THEN e.imported_as ELSE e.subject || '@' || e.sequence END"
    )
    type_, subject, actor, customer = (
        made["text"].format(f"e.{key}") for key in ("type", "subject", "actor", "customer")
    )
    facts = _HAS_MOVED.format(made["facts"].format("e.facts"), made["facts"].format(made["moved"]))
    return (
        f"""'{{"id": ' || {name} || ', "type": ' || {type_} || ', "subject": ' || {subject} || ', "sequence": ' || """
        f"""e.sequence || ', "at": "' || {made["at"]} || '", "facts": ' || {facts} || ', "actor": ' || {actor} || """
        f"""CASE WHEN e.customer <> '' THEN ', "customer": ' || {customer} ELSE '' END || """
        f"""CASE WHEN {made["was"]} <> '{{}}' THEN ', "was": ' || {made["was"]} ELSE '' END || '}}'"""
    )


def _value(path: tuple[str, ...]) -> str:
    """SQL: the JSON text of what the event `e` has at a path; NULL where there is nothing."""
    made = _made()
    if path[0] == "event":
        if path[1] == "at":
            return f"""'"' || {made["at"]} || '"'"""
        text = made["text"].format(f"e.{path[1]}")
        return f"CASE WHEN e.customer <> '' THEN {text} END" if path[1] == "customer" else text
    facts = f"({_HAS_MOVED.format('e.facts', made['moved'])})" if path[1] == "transition" else "e.facts"
    if connection.vendor == "postgresql":  # by keys, one after the other, for a list has none
        return f"({' -> '.join([facts, *map(_quoted, path[1:])])})::text"
    return f"({facts} -> {_quoted('$' + ''.join(f'.{json.dumps(part)}' for part in path[1:]))})"


def _made() -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
