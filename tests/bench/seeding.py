"""Many rows at once, made of one that is there: PostgreSQL copies it, with the guards lifted, which no application may do."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction


def copies(row: models.Model, count: int, **columns: str) -> None:
    """`count` copies of a row, with new keys. `columns` are SQL expressions, in which `g` counts from 1."""
    table: Any = row._meta
    names = [field.column for field in table.concrete_fields if not field.primary_key]
    values = [columns.get(name, f'one."{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f'INSERT INTO "{table.db_table}" ({listed}) SELECT {", ".join(values)} '
            f'FROM "{table.db_table}" one, generate_series(1, {count}) g WHERE one."{table.pk.column}" = {int(row.pk)} ORDER BY g'
        )


def settled() -> None:
    """The statistics of the database say how much there is now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
