"""Webhooks keep what every machine promises, and the newest word on a payment stands."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from core.errors import Blocked
from core.events import Event
from core.machine import Machine, perform
from core.testing.machine_contract import MachineContract
from state_machines.models import Payment, Webhook
from state_machines.sources.declare import Movement
from tests.state_machines.made import a_payment, an_issued


def a_webhook(payment: Payment | None = None, movement: Movement = Movement.NONE, **fields: Any) -> Webhook:
    meant: dict[str, Any] = {}
    if payment is not None:
        meant = {"gateway_id": payment.gateway_id, "amount_minor": payment.amount_minor, "currency": payment.currency}
    given = {"source": "stripe", "external_id": uuid4().hex, "kind": "told", "verified": True, "believed": True}
    return Webhook.objects.create(**{**given, "movement": movement, **meant, **fields})


def of_gateway(name: str = "pi_1") -> Payment:
    return a_payment(an_issued(), gateway_id=name)


class TestWebhook(MachineContract):
    model = Webhook

    def make(self) -> Machine:
        return a_webhook(of_gateway(uuid4().hex), Movement.FAIL)

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        payment = Payment.objects.get(gateway_id=row.gateway_id)  # type: ignore[attr-defined]
        if name == "ignore" and payment.state == "pending":
            perform(payment, "succeed")
        return {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("movement", "fields", "state"),
    [
        (Movement.SUCCEED, {}, "succeeded"),
        (Movement.FAIL, {"code": "expired"}, "failed"),
        (Movement.CANCEL, {}, "cancelled"),
        (Movement.DISPUTE, {}, "disputed"),
        (Movement.NONE, {}, "pending"),
    ],
)
def test_what_a_notice_says_is_done_to_its_payment(movement: Movement, fields: dict[str, Any], state: str) -> None:
    payment = of_gateway()
    event = perform(a_webhook(payment, movement, **fields), "apply")
    payment.refresh_from_db()
    assert payment.state == state
    assert (event.facts["payment"]["state"], event.facts["customer"]["ref"]) == (state, payment.customer.ref)
    assert event.customer == payment.customer.ref
    assert payment.invoice is not None
    assert event.facts["invoice"]["remaining"]["minor"] == (0 if state == "succeeded" else 121_00)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("movement", "minors", "states"),
    [
        (Movement.REFUND, (50_00, 50_00, 21_00), ("partially_refunded", "partially_refunded", "refunded")),
        (Movement.REFUNDED, (50_00, 100_00, 121_00), ("partially_refunded", "partially_refunded", "refunded")),
        (Movement.REFUND, (121_00,), ("refunded",)),
    ],
)
def test_refunds_count_by_their_amount(movement: Movement, minors: tuple[int, ...], states: tuple[str, ...]) -> None:
    payment = of_gateway()
    perform(payment, "succeed")
    for minor, state in zip(minors, states, strict=True):
        perform(a_webhook(payment, movement, amount_minor=minor), "apply")
        payment.refresh_from_db()
        assert payment.state == state
    assert payment.refunded_minor == 121_00


@pytest.mark.django_db
@pytest.mark.parametrize("movement", [Movement.FAIL, Movement.CANCEL, Movement.SUCCEED])
def test_money_never_moves_backwards_for_a_late_notice(movement: Movement) -> None:
    payment = of_gateway()
    perform(payment, "succeed")
    webhook = a_webhook(payment, movement)
    with pytest.raises(Blocked, match=rf"payment:{payment.pk} is succeeded already, so told changes nothing"):
        perform(webhook, "apply")
    perform(webhook, "ignore")
    payment.refresh_from_db()
    assert (payment.state, webhook.state, webhook.code) == ("succeeded", "ignored", "late")
    assert not Event.objects.filter(subject=payment.ref, type="payment.failed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "movement", "fields", "code"),
    [
        (None, Movement.SUCCEED, {"amount_minor": 1}, "amount_differs"),
        (None, Movement.SUCCEED, {"currency": "EUR"}, "amount_differs"),
        ("cancel", Movement.SUCCEED, {}, "payment_closed"),
        ("fail_payment", Movement.REFUND, {}, "payment_closed"),
        ("succeed", Movement.REFUND, {"amount_minor": 121_01}, "amount_differs"),
        (None, Movement.SUCCEED, {"gateway_id": "pi_other"}, "payment_unknown"),
    ],
)
def test_what_does_not_fit_is_not_applied(
    before: str | None, movement: Movement, fields: dict[str, Any], code: str
) -> None:
    payment = of_gateway()
    if before:
        perform(payment, before)
    state = payment.state
    with pytest.raises(Blocked, match=code):
        perform(a_webhook(payment, movement, **fields), "apply")
    payment.refresh_from_db()
    assert payment.state == state


@pytest.mark.django_db
def test_what_nobody_signed_moves_no_money_unless_it_is_believed() -> None:
    payment = of_gateway()
    event = perform(a_webhook(payment, Movement.SUCCEED, verified=False, believed=False), "apply")
    payment.refresh_from_db()
    assert payment.state == "pending"
    assert (event.facts["webhook"]["verified"], event.facts["payment"]["ref"]) == (False, payment.ref)


@pytest.mark.django_db
def test_a_later_notice_finds_the_payment_by_the_second_name_that_an_earlier_one_told() -> None:
    payment = of_gateway()
    perform(a_webhook(payment, Movement.SUCCEED, alias="ref-1"), "apply")
    perform(a_webhook(None, Movement.REFUND, alias="ref-1", amount_minor=21_00, currency="RON"), "apply")
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_minor) == ("partially_refunded", 21_00)
