"""The pages of endpoints and deliveries: the secret for administrators, redelivery for operators."""

from __future__ import annotations

import pytest

from actions.gateways.doors import doubles
from actions.gateways.http import Reply
from actions.webhook_deliveries import WebhookDelivery
from core.audit import AuditRow
from core.machine import perform
from state_machines.models import WebhookEndpoint
from tests.admin_ui.conftest import SignIn
from tests.kit import in_force, work
from tests.state_machines.made import an_issued
from tests.state_machines.test_webhook_endpoints import an_endpoint

pytestmark = pytest.mark.django_db
DELIVERIES = "/staff/actions/webhookdelivery/"


def test_the_secret_is_shown_to_administrators_only(sign_in: SignIn) -> None:
    endpoint = an_endpoint()
    page = f"/staff/state_machines/webhookendpoint/{endpoint.pk}/change/"
    assert endpoint.secret in sign_in("administrator").get(page).content.decode()
    for role in ("operator", "viewer"):
        answer = sign_in(role).get(page)
        assert (answer.status_code, endpoint.secret in answer.content.decode()) == (200, False)


def test_an_operator_adds_an_endpoint(sign_in: SignIn) -> None:
    form = {"address": "https://shop.example/hooks", "event_types": "invoice.*"}
    client = sign_in("operator")
    client.post("/staff/state_machines/webhookendpoint/add/", form | {"address": "http://10.0.0.1"})
    assert not WebhookEndpoint.objects.exists()
    client.post("/staff/state_machines/webhookendpoint/add/", form)
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.event_types, endpoint.secret[:6]) == (["invoice.*"], "whsec_")


def test_operators_deliver_again_and_viewers_do_not(sign_in: SignIn) -> None:
    in_force({"key": "tell", "when": "invoice.issued", "then": [{"do": "notify.webhook"}]})
    endpoint = an_endpoint()
    with doubles() as made:
        posts = made["webhooks"]
        posts.answers = [Reply(500, {}, b"")]
        an_issued()
        work()
        delivery = WebhookDelivery.objects.get()
        form = {"action": "redeliver_all", "_selected_action": [delivery.pk]}
        sign_in("viewer").post(DELIVERIES, form)
        assert len(posts.posted) == 1
        client = sign_in("operator")
        assert endpoint.ref in client.get(DELIVERIES).content.decode()
        client.post(DELIVERIES, form)
        delivery.refresh_from_db()
        assert (delivery.state, len(posts.posted)) == ("delivered", 2)
        perform(endpoint, "disable")
        client.post(DELIVERIES, form)
        assert len(posts.posted) == 3
    assert AuditRow.objects.filter(verb="webhook_delivery.redelivered").count() == 2
