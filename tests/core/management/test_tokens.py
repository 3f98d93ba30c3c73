"""Tokens from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from core.accounts import ApiToken, actor_of_token

pytestmark = pytest.mark.django_db


def issued(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("issue_token", *arguments, stdout=out, stderr=err)
    assert out.getvalue().strip() not in err.getvalue()
    return out.getvalue().strip()


def test_a_token_is_issued_printed_once_and_revoked() -> None:
    User.objects.create_superuser("ana")
    token = issued("ana", "--scopes", "read,perform", "--days", "5")
    actor = actor_of_token(token)
    assert actor is not None
    assert actor.scopes == {"read", "perform"}
    made = ApiToken.objects.get()
    out = StringIO()
    call_command("revoke_token", str(made.pk), stdout=out)
    assert out.getvalue() == f"Token {made.pk} is revoked.\n"
    assert actor_of_token(token) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "There is no user nobody"),
        (["ana", "--scopes", "all"], "the scopes are"),
        (["ana", "--days", "0"], "1 to 3650 days"),
        (["ana", "--customer", "customer:9"], "There is no customer:9"),
    ],
)
def test_what_cannot_be_says_why(arguments: list[str], said: str) -> None:
    User.objects.create_superuser("ana")
    with pytest.raises(CommandError, match=said):
        issued(*arguments)
    with pytest.raises(CommandError, match="There is no token 7; there are: none"):
        call_command("revoke_token", "7")
