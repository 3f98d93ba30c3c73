"""Actions whose door fails: once for a while, once for good. The run says why, is tried again or waits for a person, and
driven again it has its effect once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from actions.finish import redrive
from actions.gateways.doors import doubles
from actions.outcome import Failed
from actions.runs import ActionRun
from core import clock
from core.catalog import actions, gateways
from core.machine import Machine, perform
from state_machines.models import OrderItem, PaymentMethod, TaxProfile
from tests.kit import in_force, work
from tests.state_machines.made import a_customer, a_draft, a_seller, a_tld, an_active_service, an_address, an_order

pytestmark = pytest.mark.django_db
DOWN = Failed("it is down", retryable=True)
NO = Failed("it says no", retryable=False)


@dataclass(frozen=True)
class Case:
    """What emits the event, the step that a rule asks for, the door, and how many calls a healthy run makes."""

    when: str
    step: dict[str, Any]
    door: str
    begin: Callable[[], object]
    calls: Callable[[Any], int]


def _activated() -> Machine:
    return a_customer(phone="+40712345678", marketing_consent=True)


def _issued() -> None:
    a_seller()
    customer = a_customer()
    an_address(customer)
    PaymentMethod.objects.create(customer=customer, method="stripe", gateway_id="pm_1", is_default=True)
    perform(a_draft(customer), "issue")


def _submitted() -> None:
    a_tld()
    order = an_order(items=1)
    OrderItem.objects.create(order=order, product="ro", product_type="domain", domain_name="ana.ro", unit_price_minor=1)
    perform(order, "submit")


SHORT = {"to": "ops", "text": "Hello"}
CASES = {
    "mail": Case("customer.activated", {"do": "notify.email", "with": {"subject": "a", "text": "b"}}, "mail", _activated, lambda door: len(door.sent)),
    "sms": Case("customer.activated", {"do": "notify.sms", "with": {"text": "b"}}, "sms", _activated, lambda door: len(door.sent)),
    "slack": Case("customer.activated", {"do": "notify.slack", "with": SHORT}, "slack", _activated, lambda door: len(door.sent)),
    "telegram": Case("customer.activated", {"do": "notify.telegram", "with": SHORT}, "telegram", _activated, lambda door: len(door.sent)),
    "analytics": Case("customer.activated", {"do": "analytics.track", "with": {"event": "came"}}, "analytics", _activated, lambda door: len(door.asked)),
    "charge": Case("invoice.issued", {"do": "payment.charge"}, "charges", _issued, lambda door: len(door.asked)),
    "efactura": Case("invoice.issued", {"do": "efactura.submit"}, "efactura", _issued, lambda door: len(door.uploaded)),
    "vies": Case(
        "tax_profile.created",
        {"do": "tax_profile.validate_vat"},
        "vies",
        lambda: TaxProfile.objects.create(customer=a_customer(), vat_number="RO14399840"),
        lambda door: len(door.asked),
    ),
    "panel": Case("order.submitted", {"do": "service.provision"}, "panel", _submitted, lambda door: len(door.accounts)),
    "errors": Case("customer.activated", {"do": "error.report", "with": {"message": "a"}}, "errors", _activated, lambda door: len(door.reported)),
    "surveys": Case("customer.activated", {"do": "survey.send", "with": {"survey": "a"}}, "surveys", _activated, lambda door: len(door.asked)),
    "backups": Case("customer.activated", {"do": "backup.make"}, "backups", _activated, lambda door: len(door.made)),
    "panel state": Case("service.activated", {"do": "service.sync_panel"}, "panel", an_active_service, lambda door: len(door.states)),
    "workspace": Case("customer.activated", {"do": "workspace.create"}, "panel", _activated, lambda door: len(door.workspaces)),
    "registrar": Case(
        "order.submitted",
        {"each": "order.items", "if": {"fact": "item.has_domain", "op": "eq", "value": True}, "do": "domain.register", "target": "item"},
        "registrar",
        _submitted,
        lambda door: len(door.asked),
    ),
}  # fmt: skip
ELSEWHERE = {"stripe", "midtrans", "athmovil", "webhooks"}  # test_reconciliation.py and test_webhooks.py fail these
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def begun(case: Case) -> None:
    in_force({"key": "act", "when": case.when, "then": [case.step]})
    case.begin()


def test_no_door_is_left_out() -> None:
    assert {case.door for case in CASES.values()} | ELSEWHERE == {door.name for door in gateways}


@each
def test_what_is_down_for_a_while_is_tried_again_and_done_once(case: Case) -> None:
    begun(case)
    with doubles() as made:
        made[case.door].answers = [DOWN]
        work()
        run = ActionRun.objects.get(rule="act")
        assert (run.state, run.attempts) == ("ready", 1)
        assert "it is down" in run.said
        assert run.due_at > clock.now()
        with clock.turned_to(clock.now() + timedelta(hours=1)):
            work()
        run.refresh_from_db()
        assert (run.state, run.tries.count()) == ("done", 2)
        assert [one.ended for one in run.tries.order_by("number")] == ["failed", "done"]
        assert case.calls(made[case.door]) in (1, 2), "the double counts what it refused too, where it records that"


@each
def test_what_is_down_for_good_is_a_dead_letter_with_its_reason(case: Case) -> None:
    begun(case)
    with doubles() as made:
        made[case.door].answers = [DOWN] * 50
        for day in range(1, 12):
            with clock.turned_to(clock.now() + timedelta(days=day)):
                work()
        run = ActionRun.objects.get(rule="act")
        assert run.state == "dead"
        assert run.attempts - run.spent >= min(5, actions.get(run.action).max_attempts)
        made[case.door].answers = []


@each
def test_what_is_refused_waits_for_a_person_and_is_driven_again_with_the_same_key(case: Case) -> None:
    begun(case)
    with doubles() as made:
        made[case.door].answers = [NO]
        work()
        run = ActionRun.objects.get(rule="act")
        assert (run.state, run.attempts) == ("dead", 1)
        assert "it says no" in run.said
        assert redrive(run.pk)
        with clock.turned_to(clock.now() + timedelta(hours=1)):
            work()
        run.refresh_from_db()
        assert (run.state, ActionRun.objects.filter(rule="act").count()) == ("done", 1)
