"""Load a history file as past."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import PravilaError
from core.history import import_events
from core.history_file import read_history


class Command(BaseCommand):
    help = "Import events from JSON lines (gzip by suffix) as past: they are kept and never dispatched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--adopt", action="store_true", help="import over objects that are live on this server")

    def handle(self, **options: Any) -> None:
        try:
            done = import_events(read_history(options["file"]), adopt=options["adopt"])
        except (PravilaError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.read} events read, {done.new} of them new")
