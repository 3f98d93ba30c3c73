"""Holds over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from core.accounts import issue_token
from tests.kit import a_fine

pytestmark = pytest.mark.django_db


def client(*roles: str) -> Client:
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return Client(headers={"Authorization": f"Bearer {issue_token(user, 'test')}"})


def post(who: Client, path: str, **body: Any) -> Any:
    return who.post(f"/api/v1/{path}", body, content_type="application/json")


def test_held_listed_blocked_and_released() -> None:
    who, fine = client("operator"), a_fine()
    place = f"fine/{fine.pk}/holds"
    assert post(who, place, transitions=["send_fine"], cause="a dispute").json() == {"transitions": ["send_fine"]}
    [hold] = who.get(f"/api/v1/{place}").json()
    assert (hold["transition"], hold["cause"]) == ("send_fine", "a dispute")
    blocked = {row["name"]: row["reason"] for row in who.get(f"/api/v1/fine/{fine.pk}/transitions").json()["blocked"]}
    assert "it is held: a dispute" in blocked["send_fine"]
    refused = post(who, f"fine/{fine.pk}/transitions", name="send_fine", arguments={"expense_minor": 0})
    assert (refused.status_code, "a dispute" in refused.json()["detail"]) == (409, True)
    assert post(who, f"{place}/release", cause="a dispute").json() == {"transitions": ["send_fine"]}
    assert who.get(f"/api/v1/{place}").json() == []


@pytest.mark.parametrize("body", [{}, {"transitions": [], "cause": "why"}, {"transitions": ["fly"], "cause": "why"},
                                  {"transitions": ["*"], "cause": ""}, {"transitions": ["*"], "cause": "why", "more": 1}])  # fmt: skip
def test_what_is_no_hold_is_refused(body: dict[str, Any]) -> None:
    answer = post(client("operator"), f"fine/{a_fine().pk}/holds", **body)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"


def test_a_viewer_may_look_only() -> None:
    fine = a_fine()
    who = client("viewer")
    assert who.get(f"/api/v1/fine/{fine.pk}/holds").status_code == 200
    assert post(who, f"fine/{fine.pk}/holds", transitions=["*"], cause="mine").status_code == 403
    assert post(who, "fine/999999/holds", transitions=["*"], cause="mine").status_code == 404
