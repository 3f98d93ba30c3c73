"""The pages of API tokens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from core.accounts import ApiToken, actor_of_token, issue_token
from tests.admin_ui.conftest import SignIn
from tests.state_machines.made import a_customer

ADD, LIST = "admin:core_apitoken_add", "admin:core_apitoken_changelist"


def form(**fields: Any) -> dict[str, Any]:
    user = User.objects.create_user(f"shop-{User.objects.count()}")
    return {"user": user.pk, "name": "web shop", "scopes": ["read", "events"], "days": 30, "customer": ""} | fields


def test_is_issued_shown_once_and_kept_as_a_hash(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    customer = a_customer()
    answer = client.post(reverse(ADD), form(customer=customer.ref))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"prv_[\w-]{43}", answer.content.decode())
    assert found is not None
    actor = actor_of_token(found.group())
    assert actor is not None
    assert actor.scopes == {"read", "events"}
    row = ApiToken.objects.get()
    assert row.customer == customer.ref
    for page in (reverse(LIST), reverse("admin:core_apitoken_change", args=[row.pk]), reverse(ADD)):
        shown = client.get(page)
        assert shown.status_code == 200
        assert found.group() not in shown.content.decode()
        assert row.digest not in shown.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"customer": "customer:99"}, {"customer": "nobody"}, {"scopes": []}, {"days": 0}, {"scopes": ["all"]}]
)
def test_what_is_wrong_is_said_in_the_form(sign_in: SignIn, wrong: dict[str, Any]) -> None:
    answer = sign_in("administrator").post(reverse(ADD), form(**wrong))
    assert answer.status_code == 200
    assert "prv_" not in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_deleting_revokes(sign_in: SignIn) -> None:
    token = issue_token(User.objects.create_user("shop"), "web shop")
    client = sign_in("administrator")
    client.post(reverse("admin:core_apitoken_delete", args=[ApiToken.objects.get().pk]), {"post": "yes"})
    assert actor_of_token(token) is None


@pytest.mark.parametrize("role", ["operator", "approver", "viewer"])
def test_is_for_administrators(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    assert {client.get(reverse(ADD)).status_code, client.get(reverse(LIST)).status_code} == {403}
    assert "API tokens" not in client.get(reverse("start")).content.decode()
