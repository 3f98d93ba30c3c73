"""payment.reconcile: what no webhook told is found by asking; what is known is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import doubles
from actions.gateways.payment_states import told
from actions.outcome import Failed
from actions.runs import ActionRun
from core.events import Event
from core.machine import perform
from core.money import Money
from state_machines.models import Payment, Webhook
from state_machines.sources.declare import Movement
from state_machines.webhook_queue import apply_due
from tests.kit import in_force, work
from tests.stand_in import stand_in
from tests.state_machines.made import a_customer
from tests.state_machines.posting import a_source

pytestmark = pytest.mark.django_db
PAID = told("pi_1", "succeeded", Movement.SUCCEED, Money(121_00, "USD"))


def rule(source: str = "stripe") -> dict[str, Any]:
    then = [{"do": "payment.reconcile", "with": {"source": source}}]
    return {"key": "compare", "when": ["payment.created", "payment.failed"], "then": then}


def a_payment(**fields: Any) -> Payment:
    given = {"customer": a_customer(), "amount_minor": 121_00, "currency": "USD", "gateway_id": "pi_1"}
    return Payment.objects.create(**{**given, **fields})


def settled(payment: Payment) -> tuple[str, int]:
    work()
    apply_due()
    payment.refresh_from_db()
    return payment.state, payment.refunded_minor


def test_what_was_missed_is_taken_over_once() -> None:
    in_force(rule())
    a_source("stripe")
    refunded = told("pi_1", "refunded", Movement.REFUNDED, Money(21_00, "USD"))
    with doubles() as made:
        made["stripe"].known["pi_1"] = (PAID, refunded)
        assert settled(a_payment()) == ("partially_refunded", 21_00)
    assert ActionRun.objects.get().said == "missed: succeeded, refunded"
    moved = Event.objects.get(type="payment.succeeded")
    assert Event.objects.filter(type="webhook.processed").count() == 2
    assert moved.depth > 0


def test_what_is_the_same_tells_nothing() -> None:
    in_force(rule())
    a_source("stripe")
    payment = a_payment()
    perform(payment, "succeed")
    with doubles() as made:
        made["stripe"].known["pi_1"] = (PAID,)
        assert settled(payment) == ("succeeded", 0)
    assert ActionRun.objects.get().said == "stripe says the same"
    assert not Webhook.objects.exists()


def test_money_for_a_payment_that_was_given_up_is_told_to_people() -> None:
    in_force(rule())
    a_source("stripe")
    payment = a_payment()
    perform(payment, "fail_payment")
    with doubles() as made:
        made["stripe"].known["pi_1"] = (PAID,)
        assert settled(payment) == ("failed", 0)
    assert Event.objects.get(type="webhook.failed").facts["webhook"]["code"] == "payment_closed"
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    ("source", "fields", "state", "said"),
    [
        ("stripe", {"gateway_id": None}, "skipped", "has no id at a provider"),
        ("nobody", {}, "dead", 'There is no webhook source named "nobody"'),
        ("shop", {}, "dead", "a source of kind hmac cannot be asked"),
        ("stripe", {}, "dead", "an administrator enters it"),
    ],
)
def test_who_cannot_be_asked_is_said(source: str, fields: dict[str, Any], state: str, said: str) -> None:
    in_force(rule(source))
    a_source("stripe")
    a_source("shop", "hmac")
    a_payment(**fields)
    work()
    run = ActionRun.objects.get()
    assert (run.state, said in run.said) == (state, True), run.said


STRIPE = {
    "status": "succeeded",
    "currency": "usd",
    "amount_received": 12100,
    "latest_charge": {"amount_refunded": 2100},
}
MIDTRANS = {
    "transaction_status": "partial_refund",
    "currency": "USD",
    "gross_amount": "121.00",
    "refund_amount": "21.00",
}
ATHMOVIL = {"data": {"ecommerceStatus": "COMPLETED", "total": 121.0, "totalRefundedAmount": "21.00"}}
LOST = {
    "stripe": {"status": "canceled"}, "midtrans": {"transaction_status": "cancel"},
    "athmovil": {"data": {"ecommerceStatus": "CANCEL"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "answer", "state", "path"),
    [
        ("stripe", STRIPE, ("partially_refunded", 21_00), "/v1/payment_intents/pi_1"),
        ("midtrans", MIDTRANS, ("partially_refunded", 21_00), "/v2/pi_1/status"),
        (
            "athmovil",
            ATHMOVIL,
            ("partially_refunded", 21_00),
            "/api/business-transaction/ecommerce/business/findPayment",
        ),
        ("stripe", LOST["stripe"], ("cancelled", 0), "/v1/"),
        ("midtrans", LOST["midtrans"], ("cancelled", 0), "/v2/"),
        ("athmovil", LOST["athmovil"], ("cancelled", 0), "/api/"),
        ("midtrans", {"transaction_status": "expire"}, ("failed", 0), "/v2/"),
        ("stripe", {"status": "processing"}, ("pending", 0), "/v1/"),
        ("midtrans", {"transaction_status": "capture", "fraud_status": "challenge"}, ("pending", 0), "/v2/"),
    ],
)
def test_each_provider_is_asked_and_read(
    provider: str,
    answer: dict[str, Any],
    state: tuple[str, int],
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "loopback_gateways", True)
    in_force(rule(provider))
    a_source(provider, secret="" if provider == "athmovil" else "s3cret")
    with stand_in() as service:
        GatewayAccount.objects.create(door=provider, address=service.url, secret="s3cret")
        service.answer(200, json.dumps(answer).encode())
        assert settled(a_payment()) == state
        assert service.asked[0].path.startswith(path)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"status": "succeeded"}', b'{"status": "succeeded", "amount_received": "x"}']
)
def test_an_answer_that_cannot_be_read_moves_nothing(
    body: bytes, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "loopback_gateways", True)
    in_force(rule())
    a_source("stripe")
    with stand_in() as service:
        GatewayAccount.objects.create(door="stripe", address=service.url, secret="s3cret")
        service.answer(200, body)
        assert settled(a_payment()) == ("pending", 0)
    assert not Webhook.objects.exists()


def test_a_provider_that_is_silent_is_asked_again_later() -> None:
    in_force(rule())
    a_source("stripe")
    with doubles() as made:
        made["stripe"].known["pi_1"] = Failed("stripe did not answer in time", retryable=True)
        payment = a_payment()
        work()
        assert ActionRun.objects.get().state == "ready"
        made["stripe"].known["pi_1"] = (PAID,)
        ActionRun.objects.update(due_at=payment.created_at)
        assert settled(payment) == ("succeeded", 0)
