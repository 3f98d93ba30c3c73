"""`revoke_token ID`: the token opens nothing from the next request on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.accounts import ApiToken, revoke_token


class Command(BaseCommand):
    help = "Revokes an API token by its number, which issue_token and the staff page tell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, id: int, **options: Any) -> None:  # noqa: A002
        token = ApiToken.objects.filter(pk=id).first()
        if token is None:
            listed = ", ".join(str(one.pk) for one in ApiToken.objects.order_by("id")[:50]) or "none"
            raise CommandError(f"There is no token {id}; there are: {listed}.")
        revoke_token(token)
        self.stdout.write(f"Token {id} is revoked.")
