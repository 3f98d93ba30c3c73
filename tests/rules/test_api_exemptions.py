"""Exemptions over REST: given, listed and ended by whoever may on the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.accounts import issue_token
from core.audit import AuditRow
from core.machine import record
from rules.decisions import Decision
from state_machines.customers import Customer
from tests.kit import in_force, work
from tests.state_machines.conftest import Caller, a_user, nobody, problem, viewer
from tests.state_machines.made import a_customer

__all__ = ["nobody", "viewer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> Caller:
    return Caller(issue_token(a_user("ion", "operator"), "test"))


def wanted(customer: Customer, **parts: Any) -> dict[str, Any]:
    until = (clock.now() + timedelta(days=3)).isoformat()
    return {"scope": "dunning", "per": customer.ref, "until": until, "reason": "they asked", **parts}


def acted(customer: Customer) -> list[str]:
    record(customer, "customer.updated")
    work()
    return Decision.objects.order_by("-id")[0].rules


def test_one_is_given_listed_and_ended(operator: Caller, viewer: Caller) -> None:
    in_force({"key": "dunning", "when": "customer.updated", "then": []})
    mine, other = a_customer(), a_customer(email="b@example.ro")
    answer = operator.post("exemptions", wanted(mine))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    operator.post("exemptions", wanted(other))
    assert [one["id"] for one in viewer.get("exemptions", per=mine.ref).json()] == [made["id"]]
    assert len(viewer.get("exemptions").json()) == 2
    assert (made["scope"], made["reason"], made["by"].partition(":")[0]) == ("dunning", "they asked", "user")
    assert acted(mine) == []
    assert operator.send("DELETE", f"exemptions/{made['id']}").status_code == 200
    assert acted(mine) == ["dunning"]
    assert viewer.get("exemptions", per=mine.ref).json() == []
    problem(operator.send("DELETE", f"exemptions/{made['id']}"), 404, "not-found")
    assert AuditRow.objects.filter(verb="exemption.given").count() == 2


def test_only_who_may_on_the_page(viewer: Caller, nobody: Caller) -> None:
    customer = a_customer()
    ana = Caller(issue_token(a_user("ana"), "hers", customer=customer.ref))
    for caller in (viewer, nobody, ana):
        problem(caller.post("exemptions", wanted(customer)), 403, "not-permitted")
    for caller in (nobody, ana):
        problem(caller.get("exemptions"), 403, "not-permitted")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"reason": "no"}, "bad-request"), ({"until": "2020-01-01T00:00:00Z"}, "bad-exemption"),
        ({"until": "2099-01-01T00:00:00"}, "bad-request"), ({"scope": "group:"}, "bad-exemption"), ({"more": 1}, "bad-request"),
        ({"until": "2099-01-01T00:00:00Z"}, "bad-exemption"),
    ],
)  # fmt: skip
def test_what_cannot_be_given_says_why(operator: Caller, parts: dict[str, Any], code: str) -> None:
    problem(operator.post("exemptions", wanted(a_customer(), **parts)), 422, code)


def test_for_what_is_not_there(operator: Caller) -> None:
    problem(operator.post("exemptions", wanted(a_customer(), per="customer:99999")), 404, "not-found")
    problem(operator.get("exemptions", who="x"), 422, "bad-arguments")
