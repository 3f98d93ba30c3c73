"""Many rows in one go, by plain statements; Django's bulk writes cost ten times more.

PostgreSQL gets the rows as one JSON value: with a mark per value, parsing the statement costs more than storing the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

ROWS = 200  # of one statement; SQLite takes 32,766 values in one


def insert(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert rows of one model; their keys are not read back. `ignore_conflicts` leaves rows that exist as they are."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    conflict = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            if connection.vendor == "postgresql":
                cursor.execute(f"{into} SELECT {columns} FROM {_recordset(model)}{conflict}", [_as_json(fields, part)])
                continue
            marks = f"({', '.join(['%s'] * len(fields))})"
            cursor.execute(
                f"{into} VALUES {', '.join([marks] * len(part))}{conflict}",
                [_value(field, row) for row in part for field in fields],
            )


def update(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Write the named fields of rows of one model, each by its key."""
    found = list(rows)
    if not found:
        return
    model = type(found[0])
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            assignments = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields)
            key: Any = model._meta.pk
            cursor.execute(
                f"UPDATE {table} SET {assignments} FROM {_recordset(model)} AS given WHERE {table}.id = given.id",
                [_as_json([key, *fields], found)],
            )
            return
        assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
        cursor.executemany(
            f"UPDATE {table} SET {assignments} WHERE id = %s",
            [[*(_value(field, row) for field in fields), row.pk] for row in found],
        )


def _recordset(model: type[models.Model]) -> str:
    return f'json_populate_recordset(NULL::"{model._meta.db_table}", %s)'


def _as_json(fields: Sequence[models.Field[Any, Any]], rows: Sequence[models.Model]) -> str:
    pairs = [(field.column, field.attname) for field in fields]
    values = [{column: getattr(row, name) for column, name in pairs} for row in rows]
    return json.dumps(values, ensure_ascii=False, allow_nan=False, default=_moment, separators=(",", ":"))


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a column that is written in bulk")


def _value(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(field, models.DateTimeField) and value is not None:
        return connection.ops.adapt_datetimefield_value(value)
    return value
