"""Tokens speak for users; only their hashes are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from core import clock
from core.accounts import ApiToken, actor_of_token, actor_of_user, issue_token, revoke_token
from core.audit import AuditRow
from core.errors import BadArguments, PravilaError
from core.machine import perform
from core.permission import ADMINISTRATOR
from state_machines.models import Membership
from tests.state_machines.made import a_customer

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
    assert (actor.ref, actor.roles, actor.unlimited, actor.customers) == (
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
    customer = a_customer().ref
    actor = actor_of_token(issue_token(in_groups(user, "operator"), "shop", customer=customer))
    assert actor is not None
    assert actor.customers == {customer: ""}


def test_who_has_no_role_is_bound_to_the_customers_of_the_user(user: User) -> None:
    mine, other, foreign = a_customer(), a_customer(), a_customer()
    for customer, role in ((mine, "owner"), (other, "viewer")):
        Membership.objects.create(customer=customer, user=user, role=role)
    assert actor_of_user(user).customers == {mine.ref: "owner", other.ref: "viewer"}
    bound = actor_of_token(issue_token(user, "shop", customer=other.ref))
    assert bound is not None
    assert bound.customers == {other.ref: "viewer"}
    astray = actor_of_token(issue_token(user, "shop", customer=foreign.ref))
    assert astray is not None
    assert astray.customers == {}, "a token gives no more than its user has"


def test_who_was_revoked_has_nothing_left(user: User) -> None:
    membership = Membership.objects.create(customer=a_customer(), user=user, role="owner")
    perform(membership, "revoke")
    assert actor_of_user(user).customers == {}


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


@pytest.mark.parametrize(
    ("days", "customer"), [(0, ""), (3651, ""), (1, "customer:99"), (1, "thing:1"), (1, "customer")]
)
def test_a_token_that_cannot_be(user: User, days: int, customer: str) -> None:
    with pytest.raises(PravilaError):
        issue_token(user, "till", days=days, customer=customer)
    assert not ApiToken.objects.exists()


def test_a_revoked_token_is_nobody_and_the_audit_knows(user: User) -> None:
    token = issue_token(user, "till")
    made = ApiToken.objects.get()
    key = made.pk
    revoke_token(made)
    assert actor_of_token(token) is None
    assert list(AuditRow.objects.order_by("id").values_list("verb", "object")) == [
        ("api_token.issued", f"api_token:{key}"),
        ("api_token.revoked", f"api_token:{key}"),
    ]
