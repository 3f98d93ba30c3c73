"""Writes docs/receivers.md from the rules of the packs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from rules.receivers import of_the_packs, page


class Command(BaseCommand):
    help = "Write the table of hard-coded receivers and the rules that stand for them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path(settings.BASE_DIR) / "docs" / "receivers.md")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        to.write_text(page(of_the_packs()), encoding="utf-8")
        self.stdout.write(f"{to.name} is written")
