"""Replay a log of fines as live transitions and hold the result against a count from the file."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.test.utils import setup_databases, teardown_databases

from core.history_file import read_history
from tests.fines.compare import differences, put_rules_in_force
from tests.fines.count import count
from tests.fines.replay import chosen, replay
from tests.kit import work


class Command(BaseCommand):
    help = "Replay FILE (history/fines.jsonl.gz) in a test database, whole unless --tenth."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenth", action="store_true")

    def handle(self, **options: Any) -> None:
        events = chosen(read_history(options["file"]), options["tenth"])
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            put_rules_in_force()
            start = time.perf_counter()
            found = replay(events, work)
            seconds = time.perf_counter() - start
            expected = count(events)
            self.stdout.write(f"{len(events)} events in {seconds:.0f} s: {sum(found.performed.values())} performed, ")
            self.stdout.write(f"{sum(found.refused.values())} refused with a reason")
            self.stdout.write(f"expected from the file: {expected}")
            if wrong := differences(found, expected):
                raise CommandError("; ".join(wrong))
            self.stdout.write("every number equals the count from the file")
        finally:
            teardown_databases(databases, verbosity=0)
