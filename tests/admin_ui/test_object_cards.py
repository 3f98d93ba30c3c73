"""What stands below an object: what is to come, exemptions with what resumes, actions by hand, rules that touch it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.runs import ActionRun, RunState
from core import clock
from core.events import Event
from rules.exemptions import Exemption
from rules.publish import publish_text
from rules.rule_sets import RuleSetVersion
from state_machines import credit
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db
LATER = (
    RULES
    + """- {key: later, title: Later on, when: fine.created, then: [{do: fine.settle, after: 9d}]}
"""
)


def page_of(fine: Fine) -> str:
    return f"/staff/fines/fine/{fine.pk}/"


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_what_is_to_come_is_shown_put_off_and_stopped(sign_in: SignIn) -> None:
    publish_text("house", LATER, title="t")
    fine = Fine.objects.create(case="A", article=1, amount_minor=1)
    work()
    client, run = sign_in("operator"), ActionRun.objects.get(rule="later")
    assert "later: fine.settle on" in client.get(f"{page_of(fine)}change/").content.decode()
    client.post(f"{page_of(fine)}upcoming/", {"which": f"action_run:{run.pk}", "until": day(30)})
    run.refresh_from_db()
    assert run.due_at > clock.now() + timedelta(days=28)
    stop = {"which": f"action_run:{run.pk}", "stop": "1"}
    assert "Say why" in client.post(f"{page_of(fine)}upcoming/", stop, follow=True).content.decode()
    client.post(f"{page_of(fine)}upcoming/", {**stop, "reason": "agreed by phone"})
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_time_is_given_and_the_page_says_what_resumes_then(sign_in: SignIn, fine: Fine, house: RuleSetVersion) -> None:
    client = sign_in("author")
    given = {"scope": "collect-large", "until": day(5), "reason": "promised to pay"}
    client.post(f"{page_of(fine)}exempt/", given)
    assert Exemption.objects.get().per == fine.ref
    page = client.get(f"{page_of(fine)}change/").content.decode()
    assert "promised to pay" in page
    assert "the rule acts again at the next event" in page
    assert (
        "Choose the last day"
        in client.post(f"{page_of(fine)}exempt/", {**given, "until": "x"}, follow=True).content.decode()
    )


def test_an_action_is_asked_for_by_its_form(sign_in: SignIn, fine: Fine, house: RuleSetVersion) -> None:
    client, url = sign_in("operator"), f"{page_of(fine)}ask/"
    client.post(url, {"action": "hold.place", "transitions": "settle\nsend_fine", "cause": "dispute"})
    run = ActionRun.objects.get()
    assert (run.action, run.arguments) == ("hold.place", {"transitions": ["settle", "send_fine"], "cause": "dispute"})
    client.post(url, {"action": "hold.place", "cause": ""})
    client.post(url, {"action": "fine.settle"})
    assert ActionRun.objects.count() == 1
    assert Event.objects.filter(type="action_run.asked", subject=fine.ref).count() == 1


def test_it_says_which_rules_touch_it(sign_in: SignIn, fine: Fine, house: RuleSetVersion) -> None:
    answer = sign_in("viewer").get(f"{page_of(fine)}change/")
    assert [one.key for one, _said in answer.context["touching"]] == ["collect-large", "settle-at-once", "old"]
    assert answer.context["by_hand"] == []


def test_a_customer_says_what_is_otherwise_and_how_the_score_went(sign_in: SignIn, house: RuleSetVersion) -> None:
    customer = Customer.objects.create(name="Ana")
    own = f"set: {customer.ref}\nparams: {{large: {{money: 5.00 EUR}}}}\nmute: {{old: agreed}}\nrules: []\n"
    publish_text(customer.ref, own, title="t")
    credit.adjust(customer, -30, "late")
    answer = sign_in("viewer").get(f"/staff/state_machines/customer/{customer.pk}/change/")
    found = answer.context["effective"]
    assert found["params"] == [("large", "5.00 EUR", "100.00 EUR", customer.ref)]
    assert found["lines"] == [("muted", "old", "agreed")]
    assert "Credit score from 750 to 720" in answer.content.decode()
