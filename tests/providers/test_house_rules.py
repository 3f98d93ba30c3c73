"""The rules shipped for django-subscription-midtrans, performed for what the package's own signals say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from subscriptions.models import Payment, Plan, Subscription

from actions.gateways.doors import doubles
from actions.runs import ActionRun
from tests.flows.test_provider_packs import rules_of
from tests.kit import in_force, work
from tests.providers.conftest import connected
from tests.providers.test_midtrans import notify
from tests.state_machines.made import a_customer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.providers.urls")]


@pytest.fixture
def bridged() -> Iterator[Any]:
    yield from connected("django-subscription-midtrans.yaml", customer="customer:{instance.user_id|instance.pk}")


@pytest.mark.usefixtures("bridged")
def test_a_subscriber_is_welcomed_analytics_told_and_a_failure_reported_once_each() -> None:
    in_force(*rules_of("midtrans")["rules"])
    customer = a_customer(language="en")
    user = User.objects.create_user("ana", id=customer.pk)
    plan = Plan.objects.create(name="Pro", slug="pro", price=100_000, currency="IDR", features={"max_projects": 5})
    with doubles() as made:
        subscription = Subscription.objects.create(user=user, plan=plan, payment_type="qris", status="pending")
        failing = {"subscription": subscription, "user": user, "payment_type": "qris", "gross_amount": 100_000}
        Payment.objects.create(order_id="SUB-1", **failing)
        for status in ("expire", "expire"):
            assert notify(status) == 200
        for _time in range(3):
            subscription.status = "active"
            subscription.save()
        work()
    assert sorted(ActionRun.objects.values_list("rule", "action", "state")) == [
        ("midtrans-activated", "analytics.track", "done"),
        ("midtrans-activated", "workspace.create", "done"),
        ("midtrans-failed", "notify.slack", "done"),
        ("midtrans-welcome", "notify.email", "done"),
    ]
    assert [mail.subject for mail in made["mail"].sent] == ["Welcome"]
    [text] = [message.text for message in made["slack"].sent]
    assert text.startswith("SUB-1 failed: ")
    [told] = made["analytics"].asked
    assert told.body["properties"] == {"plan": str(plan.pk), "method": "qris"}
    assert made["panel"].workspaces == {f"midtrans_subscription:{subscription.pk}": 5}
