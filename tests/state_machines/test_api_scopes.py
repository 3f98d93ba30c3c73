"""What a token may do, besides what its user may."""

from __future__ import annotations

import pytest

from core.accounts import SCOPES, issue_token
from core.events import Event
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import an_order

pytestmark = pytest.mark.django_db

# method, address, and the one scope that opens it
DOORS = [
    ("get", "order", "read"),
    ("get", "events", "read"),
    ("get", "rule-sets", "read"),
    ("get", "action-runs", "read"),
    ("get", "machines", "read"),
    ("post", "customer", "perform"),
    ("post", "order/1/transitions", "perform"),
    ("post", "order/transitions", "perform"),
    ("post", "service/1/events", "events"),
    ("post", "rule-sets/house/change-requests", "rules"),
    ("post", "change-requests/1/publish", "rules"),
    ("put", "scenarios/first", "rules"),
    ("delete", "scenarios/first", "rules"),
    ("post", "action-runs/1/redrive", "runs"),
    ("post", "exemptions", "runs"),
    ("delete", "exemptions/1", "runs"),
]


@pytest.mark.parametrize(("method", "path", "scope"), DOORS)
def test_each_door_needs_its_scope(method: str, path: str, scope: str) -> None:
    user = a_user("olga", "administrator")
    others = issue_token(user, "others", scopes=set(SCOPES) - {scope})
    answer = problem(Caller(others).send(method.upper(), path), 403, "out-of-scope")
    assert f'This token has not the scope "{scope}"' in answer["detail"]
    alone = Caller(issue_token(user, "alone", scopes=[scope])).send(method.upper(), path)
    assert "out-of-scope" not in alone.content.decode()


def test_nothing_happens_without_the_scope() -> None:
    order = an_order()
    before = Event.objects.count()
    caller = Caller(issue_token(a_user("olga", "operator"), "reader", scopes=["read"]))
    problem(caller.post(f"order/{order.pk}/transitions", {"name": "submit"}), 403, "out-of-scope")
    order.refresh_from_db()
    assert (order.state, Event.objects.count()) == ("draft", before)


def test_a_scope_gives_no_right_that_the_user_lacks() -> None:
    caller = Caller(issue_token(a_user("vlad", "viewer"), "all"))
    problem(caller.post(f"order/{an_order().pk}/transitions", {"name": "submit"}), 403, "not-permitted")
