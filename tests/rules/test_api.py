"""Rules and decisions for programs: for staff only."""

from __future__ import annotations

import pytest

from core.accounts import issue_token
from core.events import Event
from state_machines.customers import Customer
from tests.kit import a_fine, in_force, work
from tests.state_machines.conftest import Caller, a_user, nobody, operator, problem, viewer

__all__ = ["nobody", "operator", "viewer"]
pytestmark = pytest.mark.django_db
PAY = {"key": "pay-it", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}


def test_a_decision_says_what_was_planned(viewer: Caller) -> None:
    version = in_force(PAY)
    fine = a_fine()
    path = f"events/{fine.ref}@0/decision"
    problem(viewer.get(path), 404, "not-found")
    work()
    found = viewer.get(path).json()
    assert (found["outcome"], found["rules"], found["house"]) == ("acted", ["pay-it"], version.content_hash)
    assert found["plan"][0]["arguments"] == {"paid_minor": 3600}
    position = Event.objects.get(type="fine.created").pk
    assert viewer.get(f"events/{position}/decision").json() == found
    problem(viewer.get("events/nothing@7/decision"), 404, "not-found")


def test_rule_sets_show_their_live_document_and_versions(viewer: Caller) -> None:
    in_force()
    in_force(PAY)
    assert viewer.get("rule-sets").json() == [{"key": "house", "live": 2, "conflicts": []}]
    found = viewer.get("rule-sets/house").json()
    assert found["document"]["rules"] == [PAY]
    assert [(version["number"], version["state"]) for version in found["versions"]] == [(2, "live"), (1, "retired")]
    problem(viewer.get("rule-sets/customer:9"), 404, "not-found")


def test_neither_customers_nor_people_without_a_role_see_them(nobody: Caller) -> None:
    in_force(PAY)
    customer = Customer.objects.create(name="Ana")
    ana = Caller(issue_token(a_user("ana"), "hers", customer=customer.ref))
    for caller in (nobody, ana):
        for path in ("rule-sets", "rule-sets/house", "events/1/decision"):
            problem(caller.get(path), 403, "not-permitted")


def test_customers_are_assigned_to_a_segment_and_listed(viewer: Caller) -> None:
    in_force(segments=[{"key": "vip"}])
    customer = Customer.objects.create(name="Ana")
    author = Caller(issue_token(a_user("aron", "author"), "test"))
    path, given = "rule-sets/segment:vip/assignments", {"customer": customer.ref, "reason": "a contract"}
    problem(viewer.post(path, given), 403, "not-permitted")
    assert author.post(path, given).status_code == 201
    [shown] = viewer.get(path).json()
    assert (shown["customer"], shown["by"].partition(":")[0]) == (customer.ref, "user")
    problem(author.post(path, {**given, "reason": ""}), 422, "bad-request")
    problem(author.post("rule-sets/segment:vpi/assignments", given), 404, "not-found")
    assert author.post(path, {**given, "assigned": False}).status_code == 201
    assert viewer.get(path).json() == []
    begun = author.post("rule-sets/segment:vip/change-requests", {"title": "First rules"})
    assert begun.json()["text"].startswith("set: segment:vip")
