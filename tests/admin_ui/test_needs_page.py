"""Needs a person: everything that waits, and dead letters of one cause tried again together."""

from __future__ import annotations

import pytest
from django.test import Client

from actions.dispatch import dispatch_all
from actions.runner import run_due
from actions.runs import ActionRun, RunState
from admin_ui.causes import Cause, causes
from core.audit import AuditDetail, AuditRow
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.kit import in_force

pytestmark = pytest.mark.django_db
PAGE, CAUSE = "/staff/needs-a-person/", "/staff/needs-a-person/cause/"


@pytest.fixture
def dead(house: RuleSetVersion) -> list[ActionRun]:
    """Three runs that died of the same: a fine cannot be settled as soon as it is created."""
    for number in range(3):
        Fine.objects.create(case=f"C{number}", article=1, amount_minor=1)
    dispatch_all()
    run_due("default")
    return list(ActionRun.objects.filter(state=RunState.DEAD))


def ask(client: Client, cause: Cause, **given: str) -> str:
    query = {"action": cause.action, "said": cause.said}
    if not given:
        return client.get(CAUSE, query).content.decode()
    return client.post(CAUSE, given, query_params=query, follow=True).content.decode()


def test_dead_letters_stand_together_by_their_cause(sign_in: SignIn, dead: list[ActionRun]) -> None:
    found = causes()
    assert [(cause.action, cause.count, cause.rules) for cause in found] == [("fine.settle", 3, {"settle-at-once"})]
    page = sign_in("viewer").get(PAGE).content.decode()
    assert "possible only from paid_part" in page


def test_they_are_tried_again_together_as_planned(sign_in: SignIn, dead: list[ActionRun]) -> None:
    client, cause = sign_in("operator"), causes()[0]
    assert "The live rules plan it in the same way." in ask(client, cause)
    assert "3 dead letters are tried again." in ask(client, cause, plan="stored")
    assert set(ActionRun.objects.values_list("state", flat=True)) == {RunState.READY}
    assert AuditRow.objects.filter(verb="action_run.redriven").count() == 3


def test_the_live_rules_may_plan_them_otherwise(sign_in: SignIn, dead: list[ActionRun]) -> None:
    client, cause = sign_in("operator"), causes()[0]
    settle = {"do": "fine.settle", "if_refused": "skip"}
    in_force({"key": "settle-at-once", "when": "fine.created", "then": [settle]})
    page = ask(client, cause)
    assert "if_refused_skip" in page
    assert "As the live rules plan it" in page
    ask(client, cause, plan="live")
    run_due("default")
    assert set(ActionRun.objects.values_list("state", flat=True)) == {RunState.SKIPPED}


def test_what_is_asked_for_no_more_stays_dead_and_may_be_given_up(sign_in: SignIn, dead: list[ActionRun]) -> None:
    client, cause = sign_in("operator"), causes()[0]
    in_force({"key": "other", "when": "fine.created"})
    assert "do not ask for this any more" in ask(client, cause)
    assert "3 were left as they are" in ask(client, cause, plan="live")
    assert "Say why" in ask(client, cause, plan="give-up")
    assert "3 dead letters are given up." in ask(client, cause, plan="give-up", reason="the tariff is gone")
    assert set(ActionRun.objects.values_list("state", flat=True)) == {RunState.CANCELLED}
    assert set(AuditDetail.objects.values_list("text", flat=True)) >= {"the tariff is gone"}


def test_who_may_not_operate_looks_only(sign_in: SignIn, dead: list[ActionRun]) -> None:
    client, cause = sign_in("viewer", "approver"), causes()[0]
    assert "Try again as planned" not in ask(client, cause)
    assert client.post(CAUSE, {"plan": "stored"}, query_params={"action": cause.action}).status_code == 403
    assert client.post(f"{PAGE}decide-again/").status_code == 403
