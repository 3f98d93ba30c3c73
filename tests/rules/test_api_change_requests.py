"""The life cycle of rules over the API: the same functions, roles and refusals as on the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.accounts import issue_token
from core.events import Event
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet
from state_machines.customers import Customer
from tests.kit import a_fine
from tests.rules.made_requests import HOUSE_TEXT, MONEY
from tests.state_machines.conftest import Caller, a_user, nobody, problem, viewer

__all__ = ["nobody", "viewer"]
pytestmark = pytest.mark.django_db
NEW = HOUSE_TEXT.replace("title: Other", "title: Else")


@pytest.fixture
def author(db: None) -> Caller:
    return Caller(issue_token(a_user("ion", "author"), "test"))


@pytest.fixture
def approver(db: None) -> Caller:
    return Caller(issue_token(a_user("ana", "approver"), "test"))


@pytest.fixture(autouse=True)
def house(db: None) -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="first")


def begin(caller: Caller, text: str = NEW, key: str = HOUSE) -> str:
    answer = caller.post(f"rule-sets/{key}/change-requests", {"title": "A change", "text": text})
    assert answer.status_code == 201, answer.content
    return f"change-requests/{answer.json()['id']}"


def test_from_the_first_word_to_the_next_version(author: Caller, approver: Caller) -> None:
    path = begin(author)
    review = author.get(f"{path}/review").json()
    assert review["differences"] == ['rule "other" at title: from Other to Else']
    assert (review["weight"], review["needed"], review["findings"]) == ("rules", 1, [])
    problem(author.post(f"{path}/approve", {}), 403, "not-permitted")
    assert author.post(f"{path}/check", {}).json()["state"] == "checked"
    assert approver.post(f"{path}/approve", {}).json()["state"] == "approved"
    problem(author.post(f"{path}/publish", {}), 403, "not-permitted")
    found = approver.post(f"{path}/publish", {}).json()
    assert (found["state"], found["published"]) == ("published", 2)
    problem(approver.post(f"{path}/publish", {}), 409, "already-published")
    diff = author.get("rule-sets/house/diff", since=1, to=2).json()
    assert diff["differences"] == review["differences"]
    assert author.get("rule-sets/house/versions/2").json()["text"] == NEW
    problem(author.get("rule-sets/house/diff", since=1, to=9), 404, "not-found")


def test_an_edit_against_an_older_text_is_refused(author: Caller) -> None:
    path = begin(author)
    seen = author.get(path).json()["changed_at"]
    assert author.send("PATCH", path, {"text": NEW + MONEY, "seen": seen}).json()["text"] == NEW + MONEY
    problem(author.send("PATCH", path, {"text": NEW, "seen": seen}), 409, "edited-meanwhile")
    problem(author.send("PATCH", path, {"txt": NEW}), 422, "bad-request")


def test_findings_keep_it_a_draft(author: Caller, approver: Caller) -> None:
    path = begin(author, NEW.replace("op: gte", "op: above"))
    found = author.post(f"{path}/check", {}).json()
    assert found["state"] == "draft"
    assert found["findings"][0]["rule"] == "note"
    problem(approver.post(f"{path}/publish", {}), 422, "bad-rules")


def test_money_needs_two_or_a_written_emergency(author: Caller, approver: Caller) -> None:
    path = begin(author, NEW + MONEY)
    author.post(f"{path}/check", {})
    assert approver.post(f"{path}/approve", {}).json()["state"] == "checked"
    problem(approver.post(f"{path}/publish", {}), 409, "not-approved")
    problem(approver.post(f"{path}/publish", {"emergency": "now"}), 422, "needs-reason")
    assert approver.post(f"{path}/publish", {"emergency": "it pays the wrong people"}).json()["published"] == 2


def test_scheduling_rolling_back_and_withdrawing(author: Caller, approver: Caller) -> None:
    path = begin(author)
    author.post(f"{path}/check", {})
    approver.post(f"{path}/approve", {})
    at = (clock.now() + timedelta(days=1)).isoformat()
    assert approver.post(f"{path}/schedule", {"at": at}).json()["scheduled_for"] is not None
    problem(approver.post(f"{path}/schedule", {"at": "2020-01-01T00:00:00Z"}), 422, "in-the-past")
    approver.post(f"{path}/publish", {})
    back = author.post("rule-sets/house/versions/1/roll-back", {}).json()
    assert (back["title"], back["text"]) == ("Back to version 1", HOUSE_TEXT)
    assert [one["id"] for one in author.get("rule-sets/house/change-requests").json()] == [back["id"]]
    assert author.post(f"change-requests/{back['id']}/withdraw", {}).json()["state"] == "withdrawn"
    assert author.get("rule-sets/house/change-requests").json() == []


def test_a_customers_own_set_begins_with_the_customer(author: Caller) -> None:
    ana = Customer.objects.create(name="Ana")
    path = begin(author, f"set: {ana.ref}\nparams: {{days: 9}}\n", ana.ref)
    found = author.post(f"{path}/publish", {}).json()
    assert (found["weight"], found["published"]) == ("light", 1)
    assert RuleSet.objects.get(key=ana.ref).live is not None
    for key in ("customer:999", "nobody:1", "rules"):
        answer = author.post(f"rule-sets/{key}/change-requests", {"title": "x"})
        assert answer.status_code == 404, answer.content


def test_scenarios(author: Caller, approver: Caller) -> None:
    fine = a_fine(article=8)
    made = author.send("PUT", "scenarios/A%20fine/from-event", {"event": f"{fine.ref}@0"}).json()
    assert made["expected"] == [{"rule": "note", "id": "test.note", "do": "test.note"}]
    path = begin(author, NEW.replace("default: 7", "default: 9"))
    assert "scenario" in author.post(f"{path}/check", {}).json()["findings"][-1]["message"]
    author.send("PUT", "scenarios/A%20fine", {"event": made["event"], "expected": []})
    assert author.post(f"{path}/check", {}).json()["state"] == "checked"
    assert list(author.get("scenarios").json()) == ["A fine"]
    assert author.send("DELETE", "scenarios/A%20fine").status_code == 204
    problem(author.send("DELETE", "scenarios/A%20fine"), 404, "not-found")
    problem(author.send("PUT", "scenarios/x/from-event", {"event": "nothing@1"}), 404, "not-found")


def test_who_may_not_write_may_not_write(viewer: Caller, nobody: Caller, author: Caller) -> None:
    path = begin(author)
    for act in ("check", "approve", "withdraw"):
        problem(viewer.post(f"{path}/{act}", {}), 403, "not-permitted")
    problem(viewer.post("rule-sets/house/change-requests", {"title": "x"}), 403, "not-permitted")
    problem(
        viewer.send("PUT", "scenarios/x", {"event": {"type": "a", "facts": {}}, "expected": []}), 403, "not-permitted"
    )
    problem(nobody.get(path), 403, "not-permitted")
    assert viewer.get(path).status_code == 200
    assert not Event.objects.filter(
        subject=path.replace("change-requests/", "change_request:"), sequence__gt=0
    ).exists()
