"""From the webhook view of a real package to the end state of our own objects, by rules alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from actions.runs import ActionRun
from core.bridge import connecting
from core.bridge.binding import load
from core.bridge.seen import BridgeProblem
from core.events import Event
from core.machine import perform
from state_machines.models import Order, Service
from tests.flows.test_provider_packs import rules_of
from tests.kit import in_force, work
from tests.providers.conftest import READY
from tests.providers.test_athm import payload, post, refund
from tests.state_machines.made import an_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.providers.urls")]
PAID = {
    "key": "athm-paid", "when": "athm.payment_completed",
    "then": [{"do": "order.pay", "with": {"reference": "{{ payment.reference }}"}}],
}  # fmt: skip
REFUNDED = {
    "key": "athm-refunded", "when": "athm.refund_sent",
    "then": [{"do": "order.refund", "if_refused": "skip"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _our_order_is_what_it_is_about() -> Iterator[None]:
    told = [one for one in load(READY / "django-athm.yaml") if one.on == "signal"]
    bound = [replace(one, subject="order:{payment.metadata_1}") for one in told]
    connecting.connect(bound)
    yield
    connecting.disconnect(bound)


def with_house(*more: dict[str, Any]) -> None:
    house = dict(rules_of("house"))
    rules = [*house.pop("rules"), *more]
    house.pop("set")
    in_force(*rules, **house)


def a_submitted() -> Order:
    order = an_order(items=2, currency="USD")
    perform(order, "submit")
    work()
    return order


def test_a_payment_that_the_package_is_told_of_three_times_pays_and_provides_once() -> None:
    with_house(PAID)
    order = a_submitted()
    for _time in range(3):
        assert post(payload(metadata1=str(order.pk))) == 200
        work()
    order.refresh_from_db()
    assert order.state == "completed"
    assert [service.state for service in Service.objects.all()] == ["active", "active"]
    assert Event.objects.filter(type="order.paid", subject=order.ref).count() == 1
    assert ActionRun.objects.filter(rule="athm-paid").count() == 1


def test_a_refund_that_is_told_twice_refunds_the_order_once() -> None:
    with_house(PAID, REFUNDED)
    order = a_submitted()
    post(payload(metadata1=str(order.pk)))
    work()
    for _time in range(2):
        assert post(refund("3.00", "ref-1")) == 200
        work()
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("refunded", order.total_minor)
    assert Event.objects.filter(type="order.refunded", subject=order.ref).count() == 1


def test_a_payment_for_an_order_that_is_not_there_is_a_problem_that_staff_see() -> None:
    with_house(PAID)
    assert post(payload(metadata1="4711")) == 200
    assert not Event.objects.filter(type="athm.payment_completed").exists()
    assert "order:4711" in BridgeProblem.objects.get().reason
