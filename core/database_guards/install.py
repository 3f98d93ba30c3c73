"""Installing, healing and lifting the guards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from core import facts
from core.database_guards import postgresql, sqlite
from core.database_guards.guard import EVENT, DatabaseGuard, GuardedTable
from core.machine import Machine
from core.machines import all_machines


def guarded_table(model: type[Machine]) -> GuardedTable:
    """What the database must know to guard a machine's table; column names are the database's own."""
    declared = model.machine
    named = {name for fact in model.spec.facts for name in facts.columns(fact)}
    names = sorted((named | set(declared.recorded) | set(declared.sealed)) - {"state"})
    return GuardedTable(
        table=model._meta.db_table,
        noun=declared.noun,
        initial=model.spec.initial,
        recorded=_columns(model, names),
        sealed=_columns(model, declared.sealed),
        parts=tuple(_part(model, name) for name in declared.parts),
    )


def _columns(model: type[Machine], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(model._meta.get_field(name).column) for name in names)  # type: ignore[union-attr]


def _part(model: type[Machine], name: str) -> tuple[str, str]:
    relation: Any = model._meta.get_field(name)
    return relation.related_model._meta.db_table, relation.field.column


def tables() -> dict[str, set[str]]:
    """The names of the columns of each table that this database has."""
    dialect: Any = sqlite if connection.vendor == "sqlite" else postgresql
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(dialect.COLUMNS)
        for name, column in cursor.fetchall():
            found.setdefault(name, set()).add(column)
    return found


def wanted() -> list[DatabaseGuard]:
    """Every guard that this database should have, for the tables and columns that exist by now."""
    dialect: Any = sqlite if connection.vendor == "sqlite" else postgresql
    columns = tables()
    if EVENT not in columns:
        return []
    guards: list[DatabaseGuard] = list(dialect.log_guards(set(columns)))
    for model in all_machines():
        table = guarded_table(model)
        if {"state", "sequence", *table.recorded} <= columns.get(table.table, set()):
            made = dialect.explained(table)
            guards += made if isinstance(made, list) else [made]
            guards += [guard for guard in dialect.sealed(table) if guard.table in columns]
    return guards


def present() -> dict[str, str]:
    """Name -> table of every guard that the database has now."""
    dialect: Any = sqlite if connection.vendor == "sqlite" else postgresql
    with connection.cursor() as cursor:
        cursor.execute(dialect.PRESENT)
        return dict(cursor.fetchall())


def missing() -> list[str]:
    """Names of guards that should be there and are not."""
    there = present()
    return [guard.name for guard in wanted() if guard.name not in there]


def ensure() -> list[str]:
    """Install what is missing and drop what is outdated, in one transaction. Names of what was installed."""
    there, should = present(), wanted()
    names = {guard.name for guard in should}
    new = [guard for guard in should if guard.name not in there]
    with transaction.atomic(), connection.cursor() as cursor:
        for guard in new:
            for statement in guard.statements():
                cursor.execute(statement)
        for name, table in there.items():
            if name not in names and name.removesuffix("_t") not in names:
                _drop(cursor, name, table)
    return [guard.name for guard in new]


def restrict_app_role() -> None:
    """On PostgreSQL, take from the app's role, where there is one, the right to change what is kept for ever."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(postgresql.HAS_ROLE)
        if cursor.fetchone():
            for statement in postgresql.revoke(set(connection.introspection.table_names(cursor))):
                cursor.execute(statement)


def lift() -> None:
    """Drop every guard. For test databases, and for SQLite while it migrates: SQLite cannot alter a table that a
    trigger of another table names."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, table in present().items():
            _drop(cursor, name, table)


def _drop(cursor: Any, name: str, table: str) -> None:
    dialect: Any = sqlite if connection.vendor == "sqlite" else postgresql
    for statement in dialect.drop(name, table):
        cursor.execute(statement)


def before_migrate(**_kwargs: object) -> None:
    """On SQLite the guards are lifted while tables are remade; PostgreSQL stays guarded, for traffic goes on."""
    if connection.vendor == "sqlite" and apps.ready:
        lift()
