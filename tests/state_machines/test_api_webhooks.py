"""The door of webhooks: verified, bounded, once; hostile posts get a clear answer and leave no event."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import born_once, clock
from core.errors import NotWired
from core.events import Event
from core.wiring import demand_wired
from state_machines import webhook_intake, webhook_sources
from state_machines.models import InvalidWebhook, Webhook, WebhookBody, WebhookSource
from state_machines.webhook_queue import apply_due
from tests.parallel import at_once
from tests.state_machines.conftest import problem
from tests.state_machines.posting import SECRET, a_source, intent, midtrans, post, post_stripe, stripe_signature
from tests.state_machines.test_webhooks import of_gateway

PAID = intent("evt_1", "payment_intent.succeeded", "pi_1", 121_00)


@pytest.mark.django_db
def test_a_post_is_stored_whole_and_processed_after_the_answer() -> None:
    a_source("stripe")
    payment = of_gateway()
    raw = json.dumps(PAID, indent=3).encode()
    answer = post_stripe(raw)
    webhook = Webhook.objects.get()
    assert (answer.status_code, answer.json()) == (
        200, {"webhook": webhook.ref, "state": "received", "duplicate": False},
    )  # fmt: skip
    assert bytes(WebhookBody.objects.get(pk=webhook.pk).body) == raw
    assert payment.state == "pending"
    apply_due()
    payment.refresh_from_db()
    assert payment.state == "succeeded"
    again = post_stripe(raw)
    assert again.json() == {"webhook": webhook.ref, "state": "processed", "duplicate": True}
    assert apply_due() == 0
    assert Event.objects.filter(type="payment.succeeded").count() == 1


@pytest.mark.django_db
def test_a_redelivery_of_what_failed_is_no_duplicate() -> None:
    a_source("stripe")
    other = intent("evt_1", "payment_intent.succeeded", "pi_1", 5)
    payment = of_gateway()
    post_stripe(other)
    apply_due()
    assert Webhook.objects.get().state == "failed"
    type(payment).objects.filter(pk=payment.pk).update(gateway_id="pi_wrong")
    fitting = type(payment).objects.create(customer=payment.customer, amount_minor=5, gateway_id="pi_1")
    assert post_stripe(other).json()["duplicate"] is False
    assert apply_due() == 1
    fitting.refresh_from_db()
    assert (fitting.state, Webhook.objects.get().state) == ("succeeded", "processed")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "how",
    [{"secret": "another"}, {"age": 301}, {"age": -301}],
)
def test_a_forged_or_old_post_is_kept_as_invalid_and_leaves_no_event(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_source("stripe")
    before = Event.objects.count()
    with clock.turned_to(clock.now().replace(microsecond=0)), monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: clock.now().timestamp())
        problem(post_stripe(PAID, **how), 401, "webhook-refused")
    assert (Event.objects.count(), Webhook.objects.count()) == (before, 0)
    kept = InvalidWebhook.objects.get()
    assert (kept.source, json.loads(bytes(kept.body))) == ("stripe", PAID)


@pytest.mark.django_db
def test_one_changed_byte_is_refused() -> None:
    a_source("stripe")
    raw = json.dumps(PAID).encode()
    problem(
        post("stripe", raw.replace(b"12100", b"12101"), Stripe_Signature=stripe_signature(raw)), 401, "webhook-refused"
    )
    assert (Webhook.objects.count(), InvalidWebhook.objects.count()) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=abc", "t=²,v1=a", f"t={'9' * 400},v1=a", "t=1,t=2,v1=a", "t=,v1=", ",=,=,", "t=-5,v1=x"]
)
def test_a_malformed_signature_is_refused(header: str) -> None:
    a_source("stripe")
    problem(post("stripe", PAID, Stripe_Signature=header), 401, "webhook-refused")


@pytest.mark.django_db
def test_a_source_without_secret_verifies_nothing() -> None:
    a_source("stripe", secret="")
    said = problem(post_stripe(PAID, secret=""), 401, "webhook-refused")
    assert "no secret is entered" in said["detail"]


@pytest.mark.django_db
def test_while_secrets_are_changed_both_count() -> None:
    a_source("stripe", secret="new", former_secret="old")
    assert post_stripe(PAID, secret="old").status_code == 200
    assert post_stripe({**PAID, "id": "evt_2"}, secret="new").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("declared", ["stripe", "midtrans", "athmovil", "standard", "hmac", "virtualmin", "registrar"])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"nothing", b"{", b'{"a": NaN}', b"\xff\xfe", b'{"a": "\\ud800"}', b'{"a": "\\u0000"}',
        b"[" * 50_000, b'{"a":' * 20_000, b"null", b'"text"', b'{"id": 1' + b"0" * 5000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused_and_leaves_nothing(declared: str, body: bytes) -> None:
    a_source("theirs", declared, secret="" if declared == "athmovil" else SECRET)
    problem(post("theirs", body), 400, "webhook-unreadable")
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"ecommerceId": None, "referenceNumber": ""}, {"ecommerceId": "a b"}, {"ecommerceId": "x" * 201},
        {"total": "1e999999999"}, {"total": -5}, {"total": "12.3456"}, {"total": {}}, {"total": "9" * 30},
        {"ecommerceId": {"a": 1}, "referenceNumber": []},
    ],
)  # fmt: skip
def test_values_of_a_wrong_kind_are_refused(changed: dict[str, Any]) -> None:
    a_source("athmovil", secret="")
    body = {"transactionType": "ECOMMERCE", "status": "COMPLETED", "ecommerceId": "e-1", "total": 3.0, **changed}
    if changed == {"total": {}}:
        assert post("athmovil", body).status_code == 200  # no amount at all is zero, which fits no payment
    else:
        problem(post("athmovil", body), 400, "webhook-unreadable")
        assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_body_is_bounded() -> None:
    a_source("stripe")
    problem(post_stripe({"id": "x" * 300_000}), 413, "too-large")
    assert not InvalidWebhook.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nobody", "off", "x" * 500, "..%2f"])
def test_an_unknown_source_is_told(name: str) -> None:
    a_source("off", "stripe", enabled=False)
    problem(post(name, PAID), 404, "not-found")


@pytest.mark.django_db
def test_invalid_posts_are_kept_in_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_intake, "KEPT_INVALID", 10)
    a_source("stripe")
    for _post in range(120):
        post_stripe(PAID, secret="another")
    assert 10 <= InvalidWebhook.objects.count() <= 60


@pytest.mark.django_db
def test_midtrans_may_not_say_paid_under_a_signature_of_unpaid() -> None:
    a_source("midtrans")
    problem(post("midtrans", midtrans("o-1", "settlement", "201", "75000.00")), 401, "webhook-refused")
    assert post("midtrans", midtrans("o-1", "pending", "201", "75000.00")).status_code == 200


@pytest.mark.django_db
def test_a_second_partial_refund_is_no_duplicate_of_the_first() -> None:
    a_source("athmovil", secret="")
    body = {"transactionType": "REFUND", "referenceNumber": "r-1", "status": "COMPLETED", "total": "1.00"}
    answers = [post("athmovil", body | more).json()["duplicate"] for more in (
        {"dailyTransactionID": "3"}, {"dailyTransactionID": "4"}, {"dailyTransactionID": "4"},
    )]  # fmt: skip
    assert answers == [False, False, True]


@pytest.mark.django_db
def test_what_the_operator_configures_is_read_by_it() -> None:
    options = {"header": "X-Hub", "prefix": "sha512=", "algorithm": "sha512", "id": "meta.id", "kind": "meta.kind"}
    a_source("shop", "hmac", options=options)
    raw = json.dumps({"meta": {"id": 7, "kind": "parcel.sent"}}).encode()
    signature = hmac.new(SECRET.encode(), raw, hashlib.sha512).hexdigest()
    assert post("shop", raw, X_Hub=f"sha512={signature}").status_code == 200
    problem(post("shop", raw, X_Hub=signature), 401, "webhook-refused")
    webhook = Webhook.objects.get()
    assert (webhook.external_id, webhook.kind, webhook.verified) == ("7", "parcel.sent", True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"declared": "nothing"}, {"options": {"algorithm": "md5"}}, {"options": {"other": 1}}, {"options": []},
        {"declared": "athmovil"}, {"name": "Not/Good"},
    ],
)  # fmt: skip
def test_a_source_is_checked_when_it_is_entered(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_source(**({"name": "shop", "declared": "hmac"} | fields))
    assert not WebhookSource.objects.exists()


@pytest.mark.django_db
def test_the_secret_is_stored_encrypted() -> None:
    account = a_source("stripe")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM state_machines_webhooksource")
        assert SECRET not in cursor.fetchone()[0]
    account.refresh_from_db()
    assert account.secret == SECRET


@pytest.mark.django_db(transaction=True)
def test_a_post_costs_one_statement_and_looks_for_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(born_once, "_ids", {})  # so that the first post reserves ids for the second
    a_source("stripe")
    post_stripe(PAID)
    browser = Client()
    browser.cookies["sessionid"] = "x" * 32
    raw = json.dumps(PAID | {"id": "evt_other"}).encode()
    with CaptureQueriesContext(connection) as seen:
        sent = {"Stripe-Signature": stripe_signature(raw), "Accept-Language": "ro"}
        answer = browser.post("/api/v1/webhooks/stripe", raw, content_type="application/json", headers=sent)
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(answer.content)))
    tables = [re.findall(r'INSERT INTO "?(\w+)', one["sql"]) for one in seen.captured_queries]
    written = [name for names in tables for name in names]
    told = ["state_machines_webhook", "state_machines_webhookbody", "core_event"]
    if connection.vendor == "postgresql":
        assert tables == [told]
    else:
        assert sorted(written) == sorted(told)
        assert len(seen) <= 6  # the source, and three between BEGIN and COMMIT


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "a/b", "a/", "x%00y", "%0a"])
def test_addresses_that_are_none_are_answered_like_those_of_the_api(path: str) -> None:
    problem(Client().post(f"/api/v1/webhooks/{path}", b"{}", content_type="application/json"), 404, "not-found")


@pytest.mark.django_db
def test_only_posts_are_taken_and_no_language_is_followed() -> None:
    a_source("stripe")
    assert Client().get("/api/v1/webhooks/stripe").status_code == 405
    answers = [post("stripe", PAID, Accept_Language=language).json()["detail"] for language in ("ro", "en")]
    assert answers[0] == answers[1]


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False])
def test_a_new_secret_counts_at_once(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """`known`: this process has seen the source as it was; else it has not seen it at all."""
    account = a_source("stripe")
    assert post_stripe(PAID).status_code == 200
    account.secret = "whsec_other"
    account.save()
    if not known:
        monkeypatch.setattr(webhook_sources, "_known", {})
    problem(post_stripe({**PAID, "id": "evt_2"}), 401, "webhook-refused")
    assert (Webhook.objects.count(), InvalidWebhook.objects.count()) == (1, 1)
    assert post_stripe({**PAID, "id": "evt_3"}, secret="whsec_other").json()["duplicate"] is False
    assert post_stripe(PAID, secret="whsec_other").json()["duplicate"]


@pytest.mark.django_db
@pytest.mark.parametrize("signed", ["", "ours", "new"])
def test_what_this_process_knows_of_a_source_is_not_believed_once_it_is_changed(signed: str) -> None:
    account = a_source("stripe")
    post_stripe(PAID)
    WebhookSource.objects.filter(pk=account.pk).update(enabled=False)
    problem(post_stripe({**PAID, "id": "evt_2"}, secret=signed or SECRET), 404, "not-found")
    WebhookSource.objects.filter(pk=account.pk).update(enabled=True, believed=True, secret="new")
    answer = post_stripe({**PAID, "id": "evt_2"}, secret=signed or SECRET)
    assert answer.status_code == (200 if signed == "new" else 401)
    assert Webhook.objects.count() == (2 if signed == "new" else 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_fifty_posts_at_once_one_becomes_an_event() -> None:
    a_source("stripe")
    answers = at_once(*[lambda: post_stripe(PAID) for _post in range(50)])
    assert [getattr(one, "status_code", one) for one in answers] == [200] * 50
    assert sum(not one.json()["duplicate"] for one in answers if not isinstance(one, Exception)) == 1
    assert (Webhook.objects.count(), Event.objects.filter(type="webhook.created").count()) == (1, 1)


@pytest.mark.django_db
def test_a_server_does_not_start_with_a_source_whose_declaration_is_gone() -> None:
    WebhookSource.objects.create(name="shop", declared="gone")
    with pytest.raises(NotWired, match="webhook source shop is of kind gone"):
        demand_wired()
