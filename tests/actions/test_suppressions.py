"""Mail that came back or was complained about, as the mail service tells it, and who is not written to any more."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.core import mail
from django.test import Client

from actions.message_log import SentMessage
from actions.runs import ActionRun
from actions.suppressions import Suppression, hashes, why_spared
from core.audit import AuditRow
from core.erasing import erase
from core.events import Event
from core.machine import perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.models import Customer, WebhookSource
from state_machines.webhook_queue import apply_due
from tests.kit import in_force, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
SECRET = "s3cret"
MAIL = {"do": "notify.email", "with": {"subject": "a", "text": "b"}}


@pytest.fixture(autouse=True)
def _mail_service() -> None:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    WebhookSource.objects.create(name="mail", declared="mail", secret=SECRET)


def told(kind: str, number: int = -1) -> None:
    """The mail service posts what became of a message."""
    message = mail.outbox[number].extra_headers["Message-ID"]
    body = json.dumps({"id": f"{kind}-{message[1:20]}", "type": kind, "message_id": message}).encode()
    signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    answer = Client().post(
        "/api/v1/webhooks/mail", body, content_type="application/json", headers={"X-Signature": signed}
    )
    assert answer.status_code in (200, 202), answer.content
    apply_due()
    work()


def written_to(email: str) -> Customer:
    customer = a_customer(email=email)
    work()
    return customer


@pytest.mark.parametrize(("kind", "event"), [("bounced", "mail_bounced"), ("complained", "mail_complained")])
def test_the_address_is_spared_and_the_customer_has_an_event(kind: str, event: str) -> None:
    customer = written_to("Ana@Example.ro")
    told(kind)
    found = Event.objects.get(type=f"customer.{event}")
    assert (found.subject, found.facts["address"]) == (customer.ref, hashes("ana@example.ro ")[0])
    sent = len(mail.outbox)
    perform(customer, "suspend")
    work()
    assert len(mail.outbox) == sent
    run = ActionRun.objects.filter(action="notify.email").latest("id")
    assert run.state == "skipped"
    assert kind in run.said
    assert AuditRow.objects.filter(verb__contains="mail_suppressed").exists()


def test_others_are_written_to_and_so_is_a_new_address() -> None:
    """A port suppresses by customer, or all who share a domain."""
    customer, other = written_to("ana@example.ro"), written_to("dan@example.ro")
    told("bounced", 0)
    assert why_spared("ana@example.ro") is not None
    assert why_spared(other.email) is None
    customer.email = "ana.pop@example.ro"
    customer.save(update_fields=["email"])
    perform(customer, "suspend")
    work()
    assert mail.outbox[-1].to == ["ana.pop@example.ro"]
    assert why_spared("ana.pop@example.ro") is None


def test_what_was_delivered_or_is_of_no_message_of_ours_changes_nothing() -> None:
    written_to("ana@example.ro")
    told("delivered")
    SentMessage.objects.all().delete()
    told("bounced")
    assert not Suppression.objects.exists()
    assert ActionRun.objects.get(action="mail.suppress").state == "skipped"


def test_told_twice_it_is_one_event() -> None:
    written_to("ana@example.ro")
    told("bounced")
    told("complained")
    assert Event.objects.filter(type__startswith="customer.mail_").count() == 1


def test_no_address_stands_in_the_log_or_beside_it() -> None:
    customer = written_to("ana@example.ro")
    told("bounced")
    rows = [
        *Event.objects.values_list("facts", "was"),
        *SentMessage.objects.values_list(),
        *Suppression.objects.values_list(),
    ]
    assert "ana@" not in str(rows)
    erase(customer.ref)
    assert not SentMessage.objects.exists()
    assert not Suppression.objects.exists()


def test_it_is_released() -> None:
    customer = written_to("ana@example.ro")
    told("bounced")
    in_force({"key": "release", "when": "customer.deactivated", "then": [{"do": "mail.release"}]})
    perform(customer, "deactivate")
    work()
    assert why_spared(customer.email) is None
    assert Event.objects.filter(type="customer.mail_released").exists()
