"""Prepared statements: one text, run again on a new connection where the old one is gone, but never within a transaction."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import prepared
from core.events import Event


@pytest.mark.django_db
def test_it_returns_rows_and_is_seen_among_the_queries() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert prepared.rows("SELECT 40 + 2, %s", ["x"]) == [(42, "x")]
    assert len(seen) == 1


def _cut() -> None:
    """What an operator's restart of the database does to a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    finally:
        other.close()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_gone_costs_no_post() -> None:
    prepared.rows("SELECT 1", [])
    _cut()
    assert prepared.rows("SELECT 1", []) == [(1,)]
    assert Event.objects.count() == 0  # the new connection serves others too


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_not_gone_on_with_on_another_connection() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        prepared.rows("SELECT 1", [])
        _cut()
        prepared.rows("SELECT 1", [])
    assert prepared.rows("SELECT 1", []) == [(1,)]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_database_plans_it_once() -> None:
    for number in range(3):
        prepared.rows("SELECT 'planned', %s::int", [number])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%''planned''%%'", [])
        assert cursor.fetchone() == (1,)
