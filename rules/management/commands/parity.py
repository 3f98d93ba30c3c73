"""`parity`: stored decisions through every matcher once more; exits 1 where any differs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rules.parity import SAMPLE, evaluate


class Command(BaseCommand):
    help = "Evaluates a sample of stored decisions again by every matcher, and stores the figure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=int, default=SAMPLE, help="how many decisions to look at")

    def handle(self, *args: Any, sample: int, **options: Any) -> None:
        found = evaluate(sample)
        self.stdout.write(f"{found.agreed} of {found.looked_at} decisions: every matcher says the same")
        if found.left_out:
            self.stdout.write(f"Left out, because their engine is missing here: {found.left_out}")
        if found.agreed < found.looked_at:
            raise CommandError(found.first_difference)
