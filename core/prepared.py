"""Statements that run at every post: PostgreSQL parses and plans each once per connection, not each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection
from psycopg import Cursor


class _Prepared(Cursor[Any]):
    """Values go apart from the text, so that the text is the same each time and its plan is kept."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=True)


def rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement returns. It must be one of a few texts, and such that running twice does no harm.

    No question whether the connection lives goes before it: outside a transaction, it runs again on a new connection
    where the old one turns out to be gone. Elsewhere than on PostgreSQL, and where queries are logged with their values,
    it runs like any other.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    connection.ensure_connection()
    lives: Any = connection.connection
    try:
        return _run(lives, sql, values)
    except OperationalError:
        if connection.in_atomic_block or not lives.closed:
            raise
    connection.close()
    connection.ensure_connection()
    return _run(connection.connection, sql, values)


def _run(connected: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.wrap_database_errors:
        raw: Any = _Prepared(connected)
    with connection.make_cursor(raw) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
