"""Django's flush, for databases whose log refuses to be emptied: test databases only."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction

from core.database_guards import install


class Command(flush.Command):
    """Lift the guards, empty the tables, put the guards back. Django's own TransactionTestCase calls this."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        if not str(connection.settings_dict["NAME"]).split("/")[-1].startswith("test"):
            raise CommandError(
                "flush would delete the event log, which is kept for ever. It empties test databases only: those whose "
                'name begins with "test".'
            )
        install.lift()
        try:
            if connection.vendor == "postgresql" and not options.get("reset_sequences", True):
                _empty(connection)
                if not options.get("inhibit_post_migrate", False):
                    emit_post_migrate_signal(options["verbosity"], options["interactive"], options["database"])
            else:
                super().handle(**options)
        finally:
            install.ensure()


def _empty(connection: Any) -> None:
    """Delete what there is: to truncate, PostgreSQL makes a new file for every table and index, also of empty ones."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(filled)
        for (table,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{table}"')
