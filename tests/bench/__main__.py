"""`python -m tests.bench [part …]`: measures on PostgreSQL where DATABASE_URL names one, else on SQLite."""

from __future__ import annotations

import importlib
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
PARTS = (
    "transition",
    "log_size",
    "pipeline",
    "lists",
    "aggregates",
    "matching",
    "peers",
    "histories",
    "overlays",
    "checks",
    "served",
    "webhooks",
    "backtests",
    "pages",
    "business",
)


def main(parts: list[str]) -> None:
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(f"Pravila's bench on {connection.vendor}")
        for part in parts or PARTS:
            importlib.import_module(f"tests.bench.{part}").run()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1:])
