"""Backtests over REST: whoever writes rules may start and cancel them, any staff may read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.accounts import issue_token
from rules.change_requests import ChangeRequest
from rules.simulation.running import compute
from tests.rules.made_requests import request
from tests.rules.simulation.made import BEGIN, END, event, house, live, store
from tests.state_machines.conftest import Caller, a_user, nobody, problem, viewer

__all__ = ["nobody", "viewer"]
pytestmark = pytest.mark.django_db
SPAN = {"since": BEGIN.isoformat(), "until": END.isoformat()}


@pytest.fixture
def author(db: None) -> Caller:
    return Caller(issue_token(a_user("ion", "author"), "test"))


@pytest.fixture
def draft(db: None) -> ChangeRequest:
    live(house(500, 3))
    amounts = [400, 700, 100]
    facts = [{"payment": {"amount": {"minor": n * 100, "currency": "RON"}, "tries": 0}} for n in amounts]
    store([event(n, "payment.succeeded", f"payment:{n}", n, facts=one) for n, one in enumerate(facts)])
    return request(json.dumps(house(300, 3)))


def _started(author: Caller, draft: ChangeRequest) -> dict[str, Any]:
    answer = author.post("simulations", {"change_request": draft.pk, **SPAN})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_started_read_and_proved_on_both_sides(author: Caller, viewer: Caller, draft: ChangeRequest) -> None:
    made = _started(author, draft)
    assert (made["state"], made["progress"], made["result"]) == ("waiting", 0, {})
    compute(made["id"])
    path = f"simulations/{made['id']}"
    found = viewer.get(path).json()
    assert (found["state"], found["progress"]) == ("done", 1)
    assert found["result"]["changed"] == 1
    assert len(found["digest"]) == 64
    assert [one["id"] for one in viewer.get("simulations", change_request=draft.pk).json()] == [made["id"]]
    (pair,) = viewer.get(f"{path}/proof", event="e0").json()["rules"]
    assert pair["live"]["why"].endswith("needs at least 500.00 RON: 100.00 short")
    assert pair["draft"]["actions"][0]["arguments"] == {"amount": {"minor": 40_000, "currency": "RON"}}
    problem(viewer.get(f"{path}/proof", event="nothing"), 404, "not-found")


def test_it_is_cancelled_once(author: Caller, draft: ChangeRequest) -> None:
    path = f"simulations/{_started(author, draft)['id']}/cancel"
    assert author.post(path, {}).json()["state"] == "cancelled"
    problem(author.post(path, {}), 409, "not-running")


def test_who_may_not_write_rules_may_not_start_one(viewer: Caller, nobody: Caller, draft: ChangeRequest) -> None:
    problem(viewer.post("simulations", {"change_request": draft.pk}), 403, "not-permitted")
    problem(nobody.get("simulations"), 403, "not-permitted")


def test_what_cannot_be_started_says_why(author: Caller, draft: ChangeRequest) -> None:
    problem(author.post("simulations", {"change_request": 10**6}), 404, "not-found")
    backwards = {"since": SPAN["until"], "until": SPAN["since"]}
    problem(author.post("simulations", {"change_request": draft.pk, **backwards}), 422, "bad-arguments")
    problem(author.get("simulations/99999"), 404, "not-found")
