"""Django's flush, for databases whose log refuses to be emptied: test databases only."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

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
            super().handle(**options)
        finally:
            install.ensure()
