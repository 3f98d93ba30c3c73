"""The list of rules: what one row says, search and filters, and switching several off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from core import tallies
from core.accounts import actor_of_user
from core.audit import AuditRow
from rules.editing import begin
from rules.publish import publish_text
from rules.rule_sets import RuleSetVersion
from rules.switches import off
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
PAGE = "/staff/all-rules/"


def rows(answer: Any) -> dict[str, Any]:
    return {one.row.key: one for one in answer.context["shown"]}


def test_a_row_says_what_the_rule_does_and_how_it_fares(sign_in: SignIn, fine: Fine) -> None:
    work()
    tallies.count(timedelta(0))
    found = rows(sign_in("viewer").get(PAGE))
    large = found["collect-large"]
    assert large.says.startswith("When fine add penalty, if fine.amount is at least 100.00 EUR (large): ")
    assert {key: one.health.title for key, one in found.items()} == {
        "collect-large": "quiet",
        "settle-at-once": "failing",
        "old": "over",
    }
    assert found["settle-at-once"].acted == 1


def test_it_knows_who_differs_who_drafts_and_since_which_version(sign_in: SignIn) -> None:
    customer = Customer.objects.create(name="Ana")
    publish_text(customer.ref, f"set: {customer.ref}\nparams: {{large: {{money: 5.00 EUR}}}}\nrules: []\n", title="t")
    publish_text("house", RULES.replace("Was for another", "Held for another"), title="second")
    begin("house", title="Later", text=RULES.replace("another year", "a year") + "- {key: new, when: fine.created}\n")
    answer = sign_in("viewer").get(PAGE)
    found = {key: one.row for key, one in rows(answer).items()}
    assert found["collect-large"].overrides == (customer.ref,)
    assert [found[key].since for key in ("collect-large", "old")] == [1, 2]
    assert [one.title for one in found["old"].drafts] == ["Later"]
    assert not found["new"].live
    assert not found["collect-large"].drafts


def test_a_draft_without_a_rule_has_none(sign_in: SignIn) -> None:
    begin("house", title="Emptied", text="set: house\nrules: []\n")
    found = {key: one.row for key, one in rows(sign_in("viewer").get(PAGE)).items()}
    assert [one.title for one in found["old"].drafts] == ["Emptied"]


def test_it_is_searched_and_filtered(sign_in: SignIn) -> None:
    client = sign_in("viewer")
    assert list(rows(client.get(PAGE, {"q": "COLLECTOR fines"}))) == ["collect-large"]
    assert list(rows(client.get(PAGE, {"q": "fine.settle", "state": "ill"}))) == ["old"]
    assert next(iter(rows(client.get(PAGE, {"sort": "attention"})))) == "old"
    assert "No rule fits" in client.get(PAGE, {"q": "none such"}).content.decode()


def test_several_are_switched_off_with_one_reason(sign_in: SignIn) -> None:
    client = sign_in("operator")
    chosen = {"rule": ["house/old", "house/collect-large", "house/unknown"]}
    assert "at least five letters" in client.post(PAGE, {**chosen, "reason": "x"}, follow=True).content.decode()
    assert off() == {}
    page = client.post(PAGE, {**chosen, "reason": "wrong tariff"}, follow=True).content.decode()
    assert "2 rules are switched off." in page
    assert off() == {"house/old": "wrong tariff", "house/collect-large": "wrong tariff"}
    user = User.objects.get(username__startswith="user-operator")
    assert set(AuditRow.objects.filter(verb="switch.off").values_list("actor", flat=True)) == {actor_of_user(user).ref}


def test_who_may_not_switch_is_refused(sign_in: SignIn) -> None:
    assert sign_in("viewer", "author").post(PAGE, {"rule": "house/old", "reason": "because"}).status_code == 403


def test_an_unchanged_version_is_read_once(
    house: RuleSetVersion, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("viewer")
    client.get(PAGE)
    with django_assert_max_num_queries(20):
        client.get(PAGE)
