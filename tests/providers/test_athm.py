"""django-athm: its payments and refunds become events, once, whatever its webhooks repeat."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django_athm.models import Payment, Refund

from core.bridge.seen import BridgeProblem
from core.events import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.providers.urls"),
    pytest.mark.usefixtures("athm"),
]
KEY = str(uuid4())


def payload(**fields: Any) -> dict[str, Any]:
    """A completed payment, in the shape of ATH Móvil's webhooks."""
    return {
        "businessName": "Shop", "dailyTransactionId": "0002", "date": "2026-03-08 16:30:52", "ecommerceId": KEY,
        "email": "a@example.com", "fee": 0.07, "isNonProfit": False, "items": [], "message": "", "metadata1": "order-1042",
        "metadata2": "", "name": "Ana", "netAmount": 2.93, "phoneNumber": 7875551234, "referenceNumber": "ref-1",
        "referenceTransactionId": "", "status": "COMPLETED", "subTotal": 3, "tax": 0.0, "total": 3,
        "totalRefundedAmount": 0, "transactionDate": "2026-03-08 16:30:52", "transactionType": "ECOMMERCE",
    } | fields  # fmt: skip


def refund(amount: str, reference: str) -> dict[str, Any]:
    """A refund: amounts are text, and the daily id is spelled otherwise."""
    return {
        "dailyTransactionID": "3", "date": "2026-03-08 16:39:08", "email": "a@example.com", "fee": "0.00",
        "message": "Refunded", "name": "Ana", "netAmount": "0.00", "phoneNumber": "(787) 555-1234",
        "referenceNumber": reference, "status": "COMPLETED", "total": amount, "totalRefundedAmount": "0",
        "transactionType": "REFUND",
    }  # fmt: skip


def post(body: dict[str, Any]) -> int:
    return Client().post("/athm/webhook/", json.dumps(body), content_type="application/json").status_code


def told(type_: str) -> list[Event]:
    return list(Event.objects.filter(type=type_).order_by("id"))


def test_a_completed_payment_is_one_event_with_its_amount() -> None:
    assert post(payload()) == 200
    [event] = told("athm.payment_completed")
    assert event.subject == f"athm_payment:{KEY}"
    assert event.facts["payment"]["total"] == {"minor": 300, "currency": "USD"}
    assert event.facts["payment"]["order"] == "order-1042"
    assert not BridgeProblem.objects.exists()


def test_the_log_names_nobody() -> None:
    post(payload())
    facts = json.dumps(list(Event.objects.values_list("facts", flat=True)))
    assert not any(personal in facts for personal in ("Ana", "a@example.com", "787"))


def test_the_same_notice_five_times_is_one_event() -> None:
    for _time in range(5):
        post(payload())
    assert len(told("athm.payment_completed")) == 1


def test_the_packages_own_happy_path_sends_no_signal_and_is_told_by_its_row() -> None:
    """Its authorize view sets COMPLETED before the webhook comes; a port that waits for the signal waits for ever."""
    payment = Payment.objects.create(ecommerce_id=KEY, status="CONFIRM", total=3, subtotal=3, metadata_1="order-1042")
    payment.status = "COMPLETED"
    payment.save()
    post(payload())
    assert told("athm.payment_completed") == []
    assert [event.facts["payment"]["status"] for event in told("athm.payment_moved")] == ["COMPLETED"]


def test_cancelled_and_expired_are_events() -> None:
    for status, key in (("CANCEL", str(uuid4())), ("EXPIRED", str(uuid4()))):
        Payment.objects.create(ecommerce_id=key, status="OPEN", total=3, subtotal=3)
        post(payload(ecommerceId=key, status=status, referenceNumber=""))
    assert len(told("athm.payment_cancelled")) == 1
    assert len(told("athm.payment_expired")) == 1


def test_a_refund_is_one_event_with_its_amount() -> None:
    post(payload())
    for _time in range(2):
        post(refund("1.50", "ref-1"))
    assert Refund.objects.count() == 1
    [event] = told("athm.refund_sent")
    assert event.facts["refund"]["amount"] == {"minor": 150, "currency": "USD"}
    assert event.subject == f"athm_payment:{KEY}"


@pytest.mark.parametrize("body", ["", "null", "[]", '{"status": "COMPLETED"}', '{"ecommerceId": "x"}', "\x00"])
def test_a_notice_that_is_none_leaves_no_event(body: str) -> None:
    Client(raise_request_exception=False).post("/athm/webhook/", body, content_type="application/json")
    assert not Event.objects.exists()
