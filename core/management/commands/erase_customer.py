"""`erase_customer customer:17`: what is kept of a customer beside the log is deleted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.erasing import erase
from core.errors import PravilaError


class Command(BaseCommand):
    help = "Deletes what persons typed, sent and posted about a customer; the log, which names nobody, stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", help="a reference, such as customer:17")

    def handle(self, *args: Any, customer: str, **options: Any) -> None:
        try:
            event = erase(customer)
        except PravilaError as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{customer}: {event.facts['erased']} rows erased.")
