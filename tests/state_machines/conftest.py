"""Callers of the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from core.accounts import issue_token


class Caller:
    """Speaks JSON with the API, with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.generic(method, f"/api/v1/{path}", json.dumps(body), content_type="application/json")

    def perform(self, ref: str, name: str, key: str | None = None, **body: Any) -> Any:
        return self.post(f"{ref.replace(':', '/')}/transitions", {"name": name, **body}, key)


def a_user(name: str, *roles: str, **fields: Any) -> User:
    user = User.objects.create_user(name, **fields)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture
def operator(db: None) -> Caller:
    return Caller(issue_token(a_user("olga", "operator"), "test"))


@pytest.fixture
def viewer(db: None) -> Caller:
    return Caller(issue_token(a_user("vlad", "viewer"), "test"))


@pytest.fixture
def nobody(db: None) -> Caller:
    return Caller(issue_token(a_user("nelu"), "test"))


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["type"]) == (status, f"urn:pravila:{code}")
    return body
