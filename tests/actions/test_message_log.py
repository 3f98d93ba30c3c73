"""The message log: what was sent to whom, by which run, and what became of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from actions.gateways.doors import doubles
from actions.gateways.mail import MAIL
from actions.message_log import SentMessage, settle, tell
from actions.outcome import Done, Failed
from actions.runs import ActionRun
from core.accounts import issue_token
from core.erasing import erase
from core.events import Event
from core.machine import perform
from state_machines.models import Customer, Membership
from tests.kit import in_force, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
WELCOME = {
    "key": "welcome",
    "when": "customer.activated",
    "then": [{"do": "notify.email", "with": {"subject": "a", "text": "b"}}],
}


@pytest.fixture
def customer() -> Customer:
    in_force(WELCOME)
    customer = a_customer(email="ana@example.ro")
    work()
    return customer


def test_a_message_names_its_customer_its_run_and_no_address(customer: Customer) -> None:
    entry = SentMessage.objects.get()
    run = ActionRun.objects.get()
    assert (entry.channel, entry.customer, entry.rule, entry.state) == ("email", customer.ref, "welcome", "sent")
    assert (entry.key, entry.event_id) == (run.key, run.event_id)
    assert "ana@example.ro" not in str(SentMessage.objects.values_list()[0])


def test_what_could_not_be_sent_says_why_and_is_one_entry_after_another_try() -> None:
    in_force(WELCOME)
    with doubles() as made:
        made[MAIL.name].answers = [Failed("the mail server did not take it", retryable=True)]
        a_customer(email="ana@example.ro")
        work()
        entry = SentMessage.objects.get()
        assert (entry.state, entry.said) == ("failed", "the mail server did not take it")
        ActionRun.objects.update(due_at=ActionRun.objects.get().created_at)
        work()
    entry = SentMessage.objects.get()
    assert (entry.state, entry.said) == ("sent", "")


def test_a_later_notice_outdoes_an_earlier_one_only(customer: Customer) -> None:
    entry = SentMessage.objects.get()
    assert tell(entry, "delivered")
    assert not tell(entry, "delivered")
    assert tell(entry, "complained")
    assert not tell(entry, "bounced")
    entry.refresh_from_db()
    assert entry.state == "complained"


def test_a_notice_that_was_faster_than_the_answer_stands(customer: Customer) -> None:
    entry = SentMessage.objects.get()
    SentMessage.objects.update(state="pending")
    tell(entry, "bounced")
    settle(entry, Done("sent"))
    entry.refresh_from_db()
    assert entry.state == "bounced"


def test_erasing_a_customer_empties_it(customer: Customer) -> None:
    erase(customer.ref)
    assert not SentMessage.objects.exists()


def asked(user: User, **query: Any) -> Any:
    client = Client(headers={"Authorization": f"Bearer {issue_token(user, 'test')}"})
    return client.get("/api/v1/messages", query)


def test_over_rest_staff_see_the_run_and_customers_their_own(customer: Customer) -> None:
    other = a_customer(email="dan@example.ro")
    work()
    staff, member = User.objects.create_user("vlad"), User.objects.create_user("ana")
    staff.groups.add(Group.objects.get_or_create(name="viewer")[0])
    Membership.objects.create(customer=customer, user=member, role="viewer")
    listed = asked(staff).json()["items"]
    assert [one["customer"] for one in listed] == [other.ref, customer.ref]
    assert listed[1]["run"] == ActionRun.objects.get(customer=customer.ref).pk
    first = asked(staff, limit=1).json()
    assert asked(staff, limit=1, before=first["next"]).json() == {"items": [listed[1]], "next": None}
    theirs = asked(member).json()["items"]
    assert [(one["customer"], one["run"], one["rule"]) for one in theirs] == [(customer.ref, None, None)]
    assert asked(member, customer=other.ref).json()["items"] == []
    assert asked(member, cutsomer=other.ref).status_code == 422
    assert asked(User.objects.create_user("nelu")).status_code == 403


def test_no_event_tells_of_it(customer: Customer) -> None:
    before = Event.objects.count()
    tell(SentMessage.objects.get(), "delivered")
    assert Event.objects.count() == before
    perform(customer, "suspend")
    assert "ana@" not in json.dumps([event.as_document() for event in Event.objects.all()])
