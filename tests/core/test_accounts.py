"""Tokens speak for users; only their hashes are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from core import clock
from core.accounts import ApiToken, actor_of_token, actor_of_user, issue_token
from core.errors import BadArguments
from core.permission import ADMINISTRATOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ana")


def in_groups(user: User, *names: str) -> User:
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])
    return user


def test_a_token_speaks_for_its_user(user: User) -> None:
    actor = actor_of_token(issue_token(in_groups(user, "operator"), "laptop"))
    assert actor is not None
    assert (actor.ref, actor.roles, actor.unlimited, actor.customer) == (
        f"user:{user.pk}", frozenset({"operator"}), False, None,
    )  # fmt: skip


def test_only_a_hash_is_kept(user: User) -> None:
    token = issue_token(user, "laptop")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_apitoken")
        row = str(cursor.fetchall())
    assert token not in row
    assert token.removeprefix("prv_") not in row
    assert ApiToken.objects.get().digest not in token
    assert actor_of_token(ApiToken.objects.get().digest) is None, "what is stored opens nothing"


def test_no_two_tokens_are_alike(user: User) -> None:
    tokens = {issue_token(user, "laptop") for _number in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 4 + 43 for token in tokens)


@pytest.mark.parametrize("token", ["", "prv_", "prv_unknown", "\0", "ă" * 1000])
def test_an_unknown_token_is_nobody(user: User, token: str) -> None:
    issue_token(user, "laptop")
    assert actor_of_token(token) is None


def test_an_expired_token_is_nobody(user: User) -> None:
    token = issue_token(user, "laptop", days=1)
    assert actor_of_token(token) is not None
    with clock.turned_to(clock.now() + timedelta(days=1, seconds=1)):
        assert actor_of_token(token) is None


def test_a_token_of_an_inactive_user_is_nobody(user: User) -> None:
    token = issue_token(user, "laptop")
    user.is_active = False
    user.save()
    assert actor_of_token(token) is None


def test_a_token_goes_with_its_user(user: User) -> None:
    token = issue_token(user, "laptop")
    user.delete()
    assert actor_of_token(token) is None


def test_a_token_may_be_bound_to_one_customer(user: User) -> None:
    actor = actor_of_token(issue_token(user, "shop", customer="customer:7"))
    assert actor is not None
    assert actor.customer == "customer:7"


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ((), set()),
        (("viewer", "author"), {"viewer", "author"}),
        (("friends", "operator"), {"operator"}),
        (("administrator",), {"administrator"}),
    ],
)
def test_roles_are_the_groups_that_are_roles(user: User, groups: Any, roles: set[str]) -> None:
    assert actor_of_user(in_groups(user, *groups)).roles == roles


def test_a_superuser_is_an_administrator_but_not_without_limit(user: User) -> None:
    user.is_superuser = True
    actor = actor_of_user(user)
    assert (actor.roles, actor.unlimited) == ({ADMINISTRATOR}, False)


def test_use_of_a_token_is_noted_every_few_minutes() -> None:
    secret = issue_token(User.objects.create_user("ana"), "test")
    noted = []
    for minutes in (0, 4, 6):
        with clock.turned_to(datetime(2026, 11, 21, 12, minutes, tzinfo=UTC)):
            assert actor_of_token(secret) is not None
        noted.append(ApiToken.objects.get().last_used_at)
    assert [moment.minute for moment in noted if moment] == [0, 0, 6]


def test_a_token_has_the_scopes_that_it_was_issued_with(user: User) -> None:
    actor = actor_of_token(issue_token(user, "till", scopes=["perform", "read"]))
    assert actor is not None
    assert actor.scopes == {"read", "perform"}


def test_a_scope_that_there_is_not(user: User) -> None:
    with pytest.raises(BadArguments, match="the scopes are read, perform, events, rules, runs, and not everything"):
        issue_token(user, "till", scopes=["read", "everything"])
    assert not ApiToken.objects.exists()
