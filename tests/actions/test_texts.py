"""Messages from the texts of the rules: the words that were live at the decision, and no names in the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from actions.dispatch import dispatch_all
from actions.runner import run_due
from actions.runs import ActionRun
from core.events import Event
from core.machine import perform
from rules.publish import publish_text
from state_machines.customers import Customer
from tests.kit import in_force, work

pytestmark = pytest.mark.django_db
RULES = """
set: house
texts:
  welcome:
    en: {subject: "Welcome {{ customer.name }}", text: "WORDS"}
    ro: {subject: "Bine ai venit, {{ customer.name }}", text: "Bună"}
rules:
- {key: welcome, when: customer.activated, then: [{do: notify.email, with: {template: welcome}}]}
"""


def a_customer(**fields: Any) -> Customer:
    customer = Customer.objects.create(name="Ana Pop", email="ana@example.com", **fields)
    perform(customer, "activate")
    return customer


def test_it_is_written_in_the_customers_language() -> None:
    publish_text("house", RULES, title="first")
    a_customer()
    a_customer(language="en")
    work()
    assert [sent.subject for sent in mail.outbox] == ["Bine ai venit, Ana Pop", "Welcome Ana Pop"]


def test_a_run_that_waits_sends_the_words_of_its_decision() -> None:
    publish_text("house", RULES.replace("WORDS", "first words"), title="first")
    a_customer(language="en")
    dispatch_all()
    publish_text("house", RULES.replace("WORDS", "second words"), title="second")
    run_due("email")
    assert [sent.body for sent in mail.outbox] == ["first words"]


def test_the_customers_own_text_stands_in_place_of_the_houses() -> None:
    publish_text("house", RULES, title="first")
    customer = Customer.objects.create(name="Ana Pop", email="ana@example.com", language="en")
    own = f'{{set: "{customer.ref}", texts: {{welcome: {{en: {{subject: Own, text: Own words}}}}}}, rules: []}}'
    publish_text(customer.ref, own, title="own")
    perform(customer, "activate")
    work()
    assert [sent.body for sent in mail.outbox] == ["Own words"]


def test_the_log_and_the_plan_hold_no_name() -> None:
    publish_text("house", RULES, title="first")
    a_customer()
    work()
    assert mail.outbox
    assert "Ana" not in str(list(Event.objects.values_list("facts", flat=True)))
    assert "Ana" not in str(list(ActionRun.objects.values_list("arguments", "said")))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"template": "gone"}, 'no text "gone"'),
        ({"template": "asks"}, 'the text "asks" cannot be written'),
        ({"subject": "Only"}, "either a template, or a subject and a text"),
        ({"template": "asks", "subject": "Both", "text": "Both"}, "either a template"),
    ],
)
def test_what_cannot_be_written_is_a_dead_letter_with_its_reason(given: dict[str, str], said: str) -> None:
    asking = {"asks": {"en": {"text": "{{ customer.shoe_size }}"}}}
    rule = {"key": "welcome", "when": "customer.activated", "then": [{"do": "notify.email", "with": given}]}
    in_force(rule, texts=asking)
    a_customer(language="en")
    work()
    run = ActionRun.objects.get()
    assert (run.state, run.attempts) == ("dead", 1)
    assert said in run.said
