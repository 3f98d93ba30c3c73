"""Ids of new rows: taken from above those that imported history speaks of, so that no two objects share a name."""

from __future__ import annotations

from django.db import connection, models


def begin_above(model: type[models.Model], key: int) -> None:
    """Let new rows of `model` have ids above `key`; does nothing where they have them already."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s AND seq < %s", [key, table, key])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT %s, %s "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                [table, key, table],
            )
            return
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
        sequence = cursor.fetchone()[0]
        cursor.execute(f"SELECT setval(%s::regclass, %s) FROM {sequence} WHERE last_value < %s", [sequence, key, key])
