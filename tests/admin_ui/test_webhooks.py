"""The pages of webhooks: the body for operators, sources for administrators, secrets never shown."""

from __future__ import annotations

import pytest

from core.audit import AuditRow
from state_machines.models import InvalidWebhook, Webhook, WebhookSource
from tests.admin_ui.conftest import SignIn
from tests.state_machines.posting import a_source, intent, post_stripe
from tests.state_machines.test_webhooks import of_gateway

pytestmark = pytest.mark.django_db
FORM = {"name": "stripe", "declared": "stripe", "secret": "whsec_1", "options": "{}", "enabled": "on"}
SOURCES = "/staff/state_machines/webhooksource/"


def test_an_administrator_enters_a_source_and_changes_its_secret(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    client.post(f"{SOURCES}add/", FORM)
    account = WebhookSource.objects.get()
    page = f"{SOURCES}{account.pk}/change/"
    assert "whsec_1" not in client.get(page).content.decode()
    client.post(page, FORM | {"secret": ""})
    account.refresh_from_db()
    assert (account.secret, account.former_secret) == ("whsec_1", "")
    client.post(page, FORM | {"secret": "whsec_2"})
    account.refresh_from_db()
    assert (account.secret, account.former_secret) == ("whsec_2", "whsec_1")
    client.post(page, FORM | {"secret": "", "forget_former": "on"})
    account.refresh_from_db()
    assert (account.secret, account.former_secret) == ("whsec_2", "")
    assert AuditRow.objects.filter(verb="webhook_source.changed").count() == 4


@pytest.mark.parametrize("role", ["viewer", "author", "approver", "operator"])
def test_nobody_else_may_look_at_sources(sign_in: SignIn, role: str) -> None:
    account = a_source("stripe")
    client = sign_in(role)
    for path in ("", "add/", f"{account.pk}/change/"):
        assert client.get(f"{SOURCES}{path}").status_code == 403


def test_an_operator_sees_the_body_and_applies_what_failed(sign_in: SignIn) -> None:
    a_source("stripe")
    post_stripe(intent("evt_1", "payment_intent.succeeded", "pi_1", 121_00))
    webhook = Webhook.objects.get()
    page = f"/staff/state_machines/webhook/{webhook.pk}/"
    assert "&quot;pi_1&quot;" in sign_in("operator").get(f"{page}change/").content.decode()
    assert "&quot;pi_1&quot;" not in sign_in("viewer").get(f"{page}change/").content.decode()
    client = sign_in("operator")
    client.post(f"{page}perform/apply/", {"expected": "received"})
    webhook.refresh_from_db()
    assert webhook.state == "received"  # there is no such payment
    payment = of_gateway()
    client.post(f"{page}perform/apply/", {"expected": "received"})
    webhook.refresh_from_db()
    payment.refresh_from_db()
    assert (webhook.state, payment.state) == ("processed", "succeeded")


def test_what_was_refused_is_shown_to_operators(sign_in: SignIn) -> None:
    a_source("stripe")
    post_stripe({"id": "<script>"}, secret="another")
    page = f"/staff/state_machines/invalidwebhook/{InvalidWebhook.objects.get().pk}/change/"
    answer = sign_in("operator").get(page).content.decode()
    assert "&lt;script&gt;" in answer
    assert sign_in("viewer").get(page).status_code == 403
