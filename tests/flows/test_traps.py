"""Traps of hard-coded receivers that only rules at work can show."""

from __future__ import annotations

import pytest
from django.db import transaction

from core.machine import perform
from rules.document.problem import BadRules
from rules.publish import publish_text
from state_machines.models import CreditEntry, Payment
from tests.kit import in_force, outcomes, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
REWARD = {
    "key": "reward",
    "when": "payment.succeeded",
    "then": [{"do": "credit.adjust", "with": {"delta": 15, "cause": "payment"}}],
}


class GivenUpError(Exception):
    """The transaction around the transition came to nothing."""


def test_a_reversed_refund_is_not_rewarded_again() -> None:
    """A port that asks for status == succeeded rewards the reversal too: 30 in place of 15."""
    in_force(REWARD)
    payment = Payment.objects.create(customer=a_customer(), amount_minor=5_00)
    for name in ("succeed", "refund_payment", "restore_after_refund_reversal"):
        perform(payment, name)
        work()
    assert CreditEntry.objects.get().applied == 15


def test_what_was_rolled_back_has_no_effect() -> None:
    """A port's effect hangs on post_transition and has run by then."""
    in_force(REWARD)
    payment = Payment.objects.create(customer=a_customer(), amount_minor=5_00)
    work()
    with pytest.raises(GivenUpError), transaction.atomic():
        perform(payment, "succeed")
        raise GivenUpError
    assert work() == 0
    assert outcomes() == []


@pytest.mark.parametrize(
    ("when", "fact", "state"),
    [
        ("proforma.converted", "proforma.state", "paid"),
        ("payment.succeeded", "payment.state", "processing"),
        ("order.paid", "order.state", "confirmed"),
    ],
)
def test_a_state_that_does_not_exist_is_refused_before_it_is_live(when: str, fact: str, state: str) -> None:
    """A port compares with it for ever, and never acts, and says nothing."""
    text = f"""
set: house
rules:
- key: never
  title: Never
  when: {when}
  if: {{fact: {fact}, op: eq, value: {state}}}
  then: [{{do: credit.adjust, with: {{delta: 1, cause: x}}}}]
"""
    with pytest.raises(BadRules, match=f'{fact} is never "{state}"'):
        publish_text("house", text, title="never")
