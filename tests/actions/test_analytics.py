"""What analytics is told: that it happened, of which object, and nothing that names somebody."""

from __future__ import annotations

import pytest

from actions.gateways.asking import AskingDouble
from actions.gateways.doors import replaced
from tests.kit import in_force, outcomes, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
TOLD = {"event": "customer_active", "plan": {"fact": "customer.kind"}}


def test_it_is_told_ids_and_codes_with_the_key() -> None:
    in_force({"key": "tell", "when": "customer.activated", "then": [{"do": "analytics.track", "with": TOLD}]})
    double = AskingDouble()
    with replaced(analytics=double):
        customer = a_customer(name="Ioana Secretul")
        work()
    [asked] = double.asked
    assert asked.body == {
        "event": "customer_active",
        "object": customer.ref,
        "customer": customer.ref,
        "properties": {"plan": "individual"},
    }
    assert "tell" in asked.key


def test_what_is_no_code_is_a_dead_letter() -> None:
    given = {"event": "Ioana Secretul"}
    in_force({"key": "tell", "when": "customer.activated", "then": [{"do": "analytics.track", "with": given}]})
    double = AskingDouble()
    with replaced(analytics=double):
        a_customer()
        work()
    assert double.asked == []
    assert [state for _action, _target, state in outcomes()] == ["dead"]
