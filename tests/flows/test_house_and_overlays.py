"""The house and a customer publish at once, while events are decided: nobody waits for ever, and no overlay slips through."""

from __future__ import annotations

from functools import partial

import pytest

from actions.dispatch import dispatch_all
from core.machine import change
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.overlays import conflicts
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet
from state_machines.customers import Customer
from tests.parallel import at_once

LAPS = 12
HOUSE_TEXT = """set: house
params: {{score: {{type: integer, default: 5, max: {most}}}}}
rules:
- {{key: greet, title: "{most}", when: customer.updated, then: [{{do: test.note}}]}}
"""


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_overlay_in_force_fits_the_house_by_which_its_customer_is_decided() -> None:
    customers = [Customer.objects.create(name=f"Customer {number}") for number in range(3)]
    publish_text(HOUSE, HOUSE_TEXT.format(most=100), title="t")

    def house() -> int:
        for lap in range(LAPS):
            publish_text(HOUSE, HOUSE_TEXT.format(most=20 + 7 * (lap % 5) + lap), title="t")
        return LAPS

    def overlay(customer: Customer) -> int:
        done = 0
        for lap in range(LAPS):
            try:
                publish_text(customer.ref, f"set: {customer.ref}\nparams: {{score: {18 + 3 * lap}}}\n", title="t")
                done += 1
            except BadRules:
                continue  # the house of that moment does not allow it
        return done

    def dispatch() -> int:
        for lap in range(LAPS * 2):
            customer = customers[lap % len(customers)]
            change(customer.ref, kind="company" if lap // 3 % 2 else "individual")
            dispatch_all()
        return LAPS

    done = at_once(house, dispatch, dispatch, *(partial(overlay, customer) for customer in customers))
    assert not [found for found in done if isinstance(found, Exception)], done
    live = RuleSet.objects.get(key=HOUSE).live
    assert live is not None
    for rule_set in RuleSet.objects.exclude(key=HOUSE).exclude(live=None).select_related("live", "stays_on"):
        assert rule_set.live is not None
        base = rule_set.stays_on or live
        wrong = list(conflicts(Document(base.document), Document(rule_set.live.document)))
        assert wrong == [], f"{rule_set.key} does not fit {base}"
        assert bool(rule_set.conflicts) is (rule_set.stays_on is not None)
