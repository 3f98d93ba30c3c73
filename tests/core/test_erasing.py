"""Erasing a customer takes what persons typed, sent and posted about them, of nobody else, and leaves the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from actions.models import ActionRun, Attempt, AttemptDetail
from core.acting import Actor
from core.audit import AuditDetail, note
from core.erasing import erase, side_rows
from core.events import Event, EventDetail
from core.machine import perform
from state_machines.models import Customer, Payment, Webhook, WebhookBody
from state_machines.webhook_queue import apply_due
from tests.state_machines.made import a_payment, an_issued
from tests.state_machines.posting import a_source, intent, post_stripe

pytestmark = pytest.mark.django_db


def somebody(name: str) -> Payment:
    """A customer with a row of each sort: a webhook applied, a reason, two audits, an attempt."""
    payment = a_payment(an_issued(), gateway_id=name)
    assert post_stripe(intent(f"{name}-1", "payment_intent.succeeded", name, payment.amount_minor)).status_code == 200
    apply_due()
    perform(payment.customer, "suspend", actor=Actor("user:1", unlimited=True), arguments={"reason": f"{name} is rude"})
    note("customer.looked_at", payment.customer.ref, text=f"because {name} asked")
    note("payment.looked_at", payment.ref, text=f"{name} has paid")
    event = Event.objects.get(type="payment.succeeded", subject=payment.ref)
    run = ActionRun.objects.create(
        key=name, event_id=event.pk, subject=payment.ref, customer=payment.customer.ref, rule="r", item="i",
        action="notify.email", target=payment.ref, queue="email", due_at=timezone.now(), created_at=timezone.now(),
    )  # fmt: skip
    attempt = Attempt.objects.create(run=run, number=1, started_at=timezone.now())
    AttemptDetail.objects.create(attempt_id=attempt.pk, request={"to": name}, answer={"said": name})
    return payment


def one_that_waits(name: str) -> None:
    assert post_stripe(intent(f"{name}-2", "charge.refunded", name, 10)).status_code == 200


def kept() -> dict[str, int]:
    models: tuple[Any, ...] = (EventDetail, AuditDetail, AttemptDetail, WebhookBody)
    return {model.__name__: model.objects.count() for model in models}


def test_what_concerns_the_customer_goes_and_nothing_else() -> None:
    a_source("stripe")
    gone = somebody("gone")
    before = kept()
    stays = somebody("stays")
    both = kept()
    one_that_waits("gone")
    log = list(Event.objects.order_by("id").values())
    event = erase(gone.customer.ref)
    others = {name: both[name] - before[name] for name in both}
    assert all(others.values())
    assert kept() == others
    assert (event.type, event.subject, event.facts["erased"]) == (
        "customer.erased", gone.customer.ref, sum(before.values()) + 1,
    )  # fmt: skip
    bodies = b" ".join(bytes(one.body) for one in WebhookBody.objects.all())
    assert b"stays-1" in bodies
    assert b"gone" not in bodies
    assert list(Event.objects.order_by("id").values())[:-1] == log
    assert stays.customer != gone.customer
    assert erase(gone.customer.ref).facts["erased"] == 0


def test_what_was_taken_is_still_a_duplicate_and_what_waits_is_still_applied() -> None:
    a_source("stripe")
    payment = somebody("gone")
    one_that_waits("gone")
    erase(payment.customer.ref)
    again = post_stripe(intent("gone-1", "payment_intent.succeeded", "gone", payment.amount_minor))
    assert (again.status_code, again.json()["duplicate"], WebhookBody.objects.count()) == (200, True, 0)
    apply_due()
    payment.refresh_from_db()
    assert (payment.refunded_minor, Webhook.objects.filter(state="processed").count()) == (10, 2)


def test_every_room_has_said_what_it_keeps_beside_the_log() -> None:
    asked = {rows.of("customer:1").model for rows in side_rows}
    named = {model for model in apps.get_models() if model.__name__.endswith(("Detail", "Body"))}
    assert named - asked == set(), "declare it with core.erasing.erasable"


@pytest.mark.parametrize("ref", ["invoice:1", "customer:999", "nobody"])
def test_what_is_no_customer_is_refused(ref: str) -> None:
    with pytest.raises(CommandError):
        call_command("erase_customer", ref)


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    customer = Customer.objects.create(name="Ana")
    call_command("erase_customer", customer.ref)
    assert capsys.readouterr().out == f"{customer.ref}: 0 rows erased.\n"
