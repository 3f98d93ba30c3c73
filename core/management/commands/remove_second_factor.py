"""`remove_second_factor NAME`: for somebody who lost the telephone and has no administrator to ask."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import second_factor


class Command(BaseCommand):
    help = "Removes a person's second factor; the next sign-in sets up a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}; give the name as it is typed at the sign-in.")
        removed = second_factor.remove(user)
        self.stdout.write(f"Removed the second factor of {username}." if removed else f"{username} has none.")
