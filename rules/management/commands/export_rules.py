"""Write the live rules into a folder."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rules.folder import export_to


class Command(BaseCommand):
    help = "Write every live rule set and every scenario into a folder, as people wrote them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            written = export_to(options["folder"])
        except OSError as error:
            raise CommandError(
                f"{options['folder']} cannot be written: {error.strerror}. Give another folder."
            ) from error
        for path in written:
            self.stdout.write(str(path))
