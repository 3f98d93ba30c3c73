"""`issue_token NAME`: a token for a program that speaks for a user; it is printed once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.accounts import SCOPES, ApiToken, issue_token
from core.errors import PravilaError


class Command(BaseCommand):
    help = "Issues an API token and prints it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="for whom the program speaks")
        parser.add_argument("--name", default="command line", help="what it is for, as lists show it")
        parser.add_argument("--days", type=int, default=90, help="how long it lives")
        parser.add_argument("--scopes", default=",".join(SCOPES), help=f"by comma, of {', '.join(SCOPES)}")
        parser.add_argument("--customer", default="", help="bounds it to one customer, as in customer:17")

    def handle(
        self, *args: Any, username: str, name: str, days: int, scopes: str, customer: str, **options: Any
    ) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}; give the name as it is typed at the sign-in.")
        asked = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        try:
            token = issue_token(user, name, days=days, customer=customer, scopes=asked)
        except PravilaError as refused:
            raise CommandError(str(refused)) from None
        made = ApiToken.objects.latest("id")
        self.stdout.write(token)
        self.stderr.write(f"Token {made.pk}, until {clock.day_of(made.expires_at)}. It is not shown again.")
