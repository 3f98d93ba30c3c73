"""Run a history file through a file of rules."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import PravilaError
from rules.backtest_file import FASTEST, backtest_file
from rules.document.files import load_file
from rules.document.problem import BadRules
from rules.matching import MATCHERS


class Command(BaseCommand):
    help = "Tell which events of a history file each rule of a file is true of. Nothing is performed or stored."
    requires_system_checks = []  # no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rules", type=Path, required=True, help="JSON or YAML")
        parser.add_argument("--history", type=Path, required=True, help="JSON lines, gzip by suffix")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        parser.add_argument("--matcher", choices=sorted(MATCHERS), default=FASTEST)

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        try:
            loaded = load_file(options["rules"])
            if not loaded.ok:
                raise BadRules(loaded.problems)
            events, found = backtest_file(loaded.documents, options["history"], options["matcher"])
        except (PravilaError, OSError) as error:
            raise CommandError(str(error)) from error
        seconds = round(time.perf_counter() - started, 3)
        if options["json"]:
            self.stdout.write(json.dumps({"events": events, "seconds": seconds, "rules": found}))
        else:
            self._table(events, found, seconds)

    def _table(self, events: int, found: dict[str, dict[str, Any]], seconds: float) -> None:
        width = max((len(key) for key in found), default=4)
        self.stdout.write(f"{'rule':<{width}}  {'matches':>9}")
        for key, told in found.items():
            self.stdout.write(f"{key:<{width}}  {told['matches']:>9}")
        self.stdout.write(f"{events} events in {seconds} s")
