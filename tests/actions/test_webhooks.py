"""notify.webhook: signed, to whom it concerns, each endpoint once, retried, disabled with notice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks

from actions.finish import redrive
from actions.gateways.doors import doubles
from actions.gateways.http import Reply
from actions.gateways.webhooks import HttpWebhooks, Signed, WebhooksDouble
from actions.outcome import Failed
from actions.runner import run_due
from actions.runs import ActionRun
from actions.webhook_deliveries import WebhookDelivery, redeliver
from core import clock
from core.events import Event
from core.machine import perform
from state_machines.models import WebhookEndpoint
from tests.kit import in_force, work
from tests.stand_in import StandIn, stand_in
from tests.state_machines.made import a_customer, an_issued
from tests.state_machines.test_webhook_endpoints import an_endpoint

pytestmark = pytest.mark.django_db
TELL = {"key": "tell", "when": "invoice.issued", "then": [{"do": "notify.webhook"}]}
DOWN = Reply(503, {}, b"")


@pytest.fixture
def posts() -> Iterator[WebhooksDouble]:
    with doubles() as made:
        yield made["webhooks"]


def due_now() -> None:
    ActionRun.objects.filter(state="ready").update(due_at=clock.now())


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("id").values_list("state", flat=True))


def test_an_event_is_told_to_its_customer_and_to_the_house_by_their_types(posts: WebhooksDouble) -> None:
    in_force(TELL)
    ana = a_customer()
    an_endpoint(ana, "https://ana.example/hook", event_types=["order.*", "invoice.*"])
    an_endpoint(ana, "https://ana.example/orders", event_types=["order.*"])
    an_endpoint(a_customer(email="ion@example.ro"), "https://ion.example/hook")
    an_endpoint(None, "https://house.example/hook")
    invoice = an_issued(ana)
    work()
    assert [one.address for one in posts.posted] == ["https://ana.example/hook", "https://house.example/hook"]
    told = json.loads(posts.posted[0].body)
    assert (told["type"], told["data"]["subject"]) == ("invoice.issued", invoice.ref)
    assert told["data"]["facts"]["invoice"]["state"] == "issued"
    assert "actor" not in told["data"]


def test_whoever_has_the_secret_can_verify_it_also_while_it_changes(posts: WebhooksDouble) -> None:
    in_force(TELL)
    endpoint = an_endpoint()
    former = endpoint.secret
    perform(endpoint, "change_secret")
    an_issued()
    work()
    signed: Signed = posts.posted[0]
    for secret in (former, endpoint.secret):
        assert standardwebhooks.Webhook(secret).verify(signed.body.decode(), dict(signed.headers))
    other = an_endpoint().secret
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(other).verify(signed.body.decode(), dict(signed.headers))


def test_what_is_not_taken_is_tried_again_and_those_who_took_it_are_left_alone(posts: WebhooksDouble) -> None:
    in_force(TELL)
    an_endpoint(None, "https://one.example")
    an_endpoint(None, "https://two.example")
    posts.answers = [Reply(204, {}, b""), DOWN, Failed("no answer", retryable=True)]
    an_issued()
    work()
    assert states() == ["delivered", "failed"]
    due_now()
    run_due("low")
    due_now()
    run_due("low")
    assert [one.address[8:11] for one in posts.posted] == ["one", "two", "two", "two"]
    assert len({one.headers["webhook-id"] for one in posts.posted[1:]}) == 1
    assert states() == ["delivered", "delivered"]
    assert ActionRun.objects.get().state == "done"
    assert WebhookEndpoint.objects.filter(failing_since__isnull=False).count() == 0


def test_an_endpoint_that_is_gone_is_disabled_with_notice(posts: WebhooksDouble) -> None:
    in_force(TELL)
    endpoint = an_endpoint(a_customer())
    posts.answers = [Reply(410, {}, b"")]
    an_issued(endpoint.customer)
    work()
    endpoint.refresh_from_db()
    assert (endpoint.state, states()) == ("disabled", ["disabled"])
    notice = Event.objects.get(type="webhook_delivery.disabled")
    assert (notice.subject, notice.customer) == (endpoint.ref, endpoint.customer.ref if endpoint.customer else "")
    an_issued(endpoint.customer)
    work()
    assert len(posts.posted) == 1


def test_an_endpoint_that_took_nothing_for_days_is_disabled(posts: WebhooksDouble) -> None:
    in_force(TELL)
    endpoint = an_endpoint()
    posts.answers = [DOWN, DOWN, DOWN]
    an_issued()
    work()
    due_now()
    run_due("low")
    endpoint.refresh_from_db()
    assert (endpoint.state, states()) == ("active", ["failed"])
    with clock.turned_to(clock.now() + timedelta(days=3, minutes=1)):
        run_due("low")
    endpoint.refresh_from_db()
    assert (endpoint.state, states()) == ("disabled", ["disabled"])
    assert ActionRun.objects.get().state == "dead"
    perform(endpoint, "enable")
    assert endpoint.failing_since is None
    redrive(ActionRun.objects.get().pk)
    run_due("low")
    assert states() == ["delivered"]


def test_a_delivery_is_made_again_on_demand(posts: WebhooksDouble) -> None:
    in_force(TELL)
    an_endpoint()
    an_issued()
    work()
    delivery = WebhookDelivery.objects.get()
    assert redeliver(delivery) == "delivered"
    assert posts.posted[0].body == posts.posted[1].body
    assert (WebhookDelivery.objects.get().attempts, len(posts.posted)) == (2, 2)


def test_where_nobody_listens_nothing_is_done(posts: WebhooksDouble) -> None:
    in_force(TELL)
    an_endpoint(event_types=["order.*"])
    an_issued()
    work()
    assert ActionRun.objects.get().state == "skipped"
    assert not posts.posted


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1/", "https://10.0.0.8/", "https://169.254.169.254/", "https://[::1]/"]
)
def test_a_private_address_is_refused_after_resolution(address: str) -> None:
    in_force(TELL)
    an_endpoint(address=address)
    an_issued()
    work()
    run = ActionRun.objects.get()
    assert (run.state, states()) == ("dead", ["refused"])
    assert "private network" in WebhookDelivery.objects.get().said


def test_it_is_posted_over_real_http(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "loopback_gateways", True)
    with stand_in() as service:
        _over_http(service)


def _over_http(service: StandIn) -> None:
    endpoint = an_endpoint(address=f"{service.url}/hook")
    in_force(TELL)
    an_issued()
    work()
    asked = service.asked[0]
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert standardwebhooks.Webhook(endpoint.secret).verify(asked.body.decode(), headers)
    assert (asked.path, headers["content-type"]) == ("/hook", "application/json")
    service.answer(302, Location="https://elsewhere.example/")
    reply = HttpWebhooks().post(Signed(endpoint.address, {}, b"{}"))
    assert isinstance(reply, Reply)
    assert (reply.status, len(service.asked)) == (302, 2)
