"""django-subscription-midtrans: it sends most signals at every save; an event comes where something happened."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from subscriptions.models import Payment, Plan, Subscription, TopUp, Wallet, WalletTransaction

from core.bridge.seen import BridgeProblem
from core.events import Event

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.providers.urls"),
    pytest.mark.usefixtures("midtrans"),
]


@pytest.fixture
def subscription() -> Subscription:
    plan = Plan.objects.create(name="Pro", slug="pro", price=100_000, currency="IDR")
    user = User.objects.create_user("ana", email="ana@example.com")
    return Subscription.objects.create(user=user, plan=plan, payment_type="qris", status="pending")


@pytest.fixture
def payment(subscription: Subscription) -> Payment:
    return Payment.objects.create(
        subscription=subscription, user=subscription.user, order_id="SUB-1", payment_type="qris", gross_amount=100_000
    )


def notify(status: str, *, amount: str = "100000.00", **fields: Any) -> int:
    code = "200"
    signed = hashlib.sha512(f"SUB-1{code}{amount}SB-Mid-server-test".encode()).hexdigest()
    body = {
        "order_id": "SUB-1", "transaction_status": status, "status_code": code, "gross_amount": amount,
        "signature_key": signed, "payment_type": "qris", "fraud_status": "accept", "transaction_id": "t-1",
    } | fields  # fmt: skip
    answer = Client().post("/midtrans/webhook/notification/", json.dumps(body), content_type="application/json")
    return answer.status_code


def told() -> Counter[str]:
    return Counter(name.removeprefix("midtrans.") for name in Event.objects.values_list("type", flat=True))


def test_a_settled_payment_activates_the_subscription_once(payment: Payment) -> None:
    for _time in range(3):
        assert notify("settlement") == 200
    payment.refresh_from_db()
    assert payment.status == "settlement"
    found = told()
    assert (found["payment_created"], found["payment_success"], found["subscription_created"]) == (1, 1, 1)
    assert found["subscription_activated"] == 1
    event = Event.objects.get(type="midtrans.payment_success")
    assert event.facts["payment"]["total"] == {"minor": 10_000_000, "currency": "IDR"}
    assert not BridgeProblem.objects.exists()


def test_saving_an_active_subscription_again_is_no_event(subscription: Subscription) -> None:
    subscription.status = "active"
    subscription.save()
    for _time in range(4):
        subscription.save()
    assert told()["subscription_activated"] == 1
    subscription.status = "paused"
    subscription.save()
    subscription.status = "active"
    subscription.save()
    assert told()["subscription_activated"] == 2


def test_past_due_has_no_signal_and_is_told_by_the_row(subscription: Subscription) -> None:
    subscription.status = "active"
    subscription.save()
    subscription.status = "past_due"
    subscription.save()
    moved = Event.objects.filter(type="midtrans.subscription_moved").order_by("id")
    assert [event.facts["subscription"]["status"] for event in moved] == ["active", "past_due"]


def test_a_created_subscription_that_is_rolled_back_leaves_no_event(subscription: Subscription) -> None:
    before = Event.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Subscription.objects.create(user=subscription.user, plan=subscription.plan, payment_type="qris")
        raise ZeroDivisionError
    assert Event.objects.count() == before


def test_a_refund_that_the_package_sends_twice_is_one_event(payment: Payment) -> None:
    notify("settlement")
    notify("refund", refund_amount="100000.00")
    refunded = Event.objects.filter(type="midtrans.payment_refunded")
    assert [event.facts["payment"]["refunded"]["minor"] for event in refunded][-1] == 10_000_000
    assert refunded.count() == 1


def test_a_forged_notification_moves_nothing(payment: Payment) -> None:
    notify("settlement", signature_key="0" * 128)
    found = told()
    assert (found["payment_success"], found["webhook_processed"], found["webhook_received"]) == (0, 0, 1)


def test_a_topup_that_is_saved_again_is_one_event(subscription: Subscription) -> None:
    wallet = Wallet.objects.create(user=subscription.user)
    topup = TopUp.objects.create(wallet=wallet, user=subscription.user, order_id="TOPUP-1", amount=50_000)
    topup.status = "success"
    topup.save()
    topup.save()
    WalletTransaction.objects.create(
        wallet=wallet, amount=Decimal(50_000), balance_before=0, balance_after=50_000, transaction_type="topup"
    )
    found = told()
    assert (found["topup_completed"], found["wallet_credited"], found["wallet_debited"]) == (1, 1, 0)


def test_the_log_names_nobody(payment: Payment) -> None:
    notify("settlement")
    facts = json.dumps(list(Event.objects.values_list("facts", flat=True)))
    assert "ana" not in facts
