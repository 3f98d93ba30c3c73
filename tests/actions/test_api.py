"""Action runs for programs: what was asked for, how it went, and trying a dead letter again."""

from __future__ import annotations

import pytest

from actions.runs import ActionRun
from core.accounts import issue_token
from core.audit import AuditRow
from core.machine import perform
from state_machines.customers import Customer
from tests.kit import a_fine, in_force, work
from tests.state_machines.conftest import Caller, a_user, operator, problem, viewer

__all__ = ["operator", "viewer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> ActionRun:
    in_force({"key": "early", "when": "fine.created", "then": [{"do": "fine.settle"}, {"do": "test.note"}]})
    a_fine()
    work()
    return ActionRun.objects.get(state="dead")


def test_runs_are_listed_newest_first_in_pages(viewer: Caller, dead: ActionRun) -> None:
    first = viewer.get("action-runs", limit=1).json()
    second = viewer.get("action-runs", limit=1, before=first["next"]).json()
    assert [run["action"] for run in first["items"] + second["items"]] == ["test.note", "fine.settle"]
    assert second["next"] is None
    only = viewer.get("action-runs", state="dead").json()["items"]
    assert [run["id"] for run in only] == [dead.pk]
    problem(viewer.get("action-runs", state="asleep"), 422, "bad-request")
    problem(viewer.get("action-runs", colour="red"), 422, "bad-arguments")


def test_a_run_shows_its_attempts_and_why_they_failed(viewer: Caller, dead: ActionRun) -> None:
    found = viewer.get(f"action-runs/{dead.pk}").json()
    assert found["key"] == dead.key
    assert "possible only from paid_part" in found["tries"][0]["reason"]
    problem(viewer.get("action-runs/999999"), 404, "not-found")


def test_a_dead_letter_is_redriven_by_an_operator_and_nobody_else(
    viewer: Caller, operator: Caller, dead: ActionRun
) -> None:
    path = f"action-runs/{dead.pk}/redrive"
    problem(viewer.post(path, {}), 403, "not-permitted")
    perform(dead.subject, "payment", arguments={"paid_minor": 3600})
    work()
    assert operator.post(path, {}).json()["state"] == "ready"
    work()
    assert ActionRun.objects.get(pk=dead.pk).state == "done"
    problem(operator.post(path, {}), 409, "not-allowed")
    assert AuditRow.objects.get(verb="action_run.redriven").object == dead.ref


def test_a_dead_letter_takes_the_plan_of_the_live_rules(viewer: Caller, operator: Caller, dead: ActionRun) -> None:
    path = f"action-runs/{dead.pk}"
    in_force({"key": "other", "when": "fine.paid", "then": [{"do": "fine.settle"}]})
    assert viewer.get(f"{path}/plan").json() == {"asked": False, "differences": []}
    problem(operator.post(f"{path}/redrive?plan=live", {}), 409, "not-asked-for")
    in_force(
        {"key": dead.rule, "when": "fine.created", "then": [{"id": dead.item, "do": dead.action, "if_refused": "skip"}]}
    )
    found = viewer.get(f"{path}/plan").json()
    assert {"name": "if_refused_skip", "stored": False, "live": True} in found["differences"]
    assert operator.post(f"{path}/redrive?plan=live", {}).json()["state"] == "ready"
    work()
    assert ActionRun.objects.get(pk=dead.pk).state == "skipped"


def test_a_customer_sees_no_runs(dead: ActionRun) -> None:
    customer = Customer.objects.create(name="Ana")
    ana = Caller(issue_token(a_user("ana"), "hers", customer=customer.ref))
    problem(ana.get("action-runs"), 403, "not-permitted")
    problem(ana.get(f"action-runs/{dead.pk}"), 403, "not-permitted")
