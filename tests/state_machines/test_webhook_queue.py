"""Stored webhooks are processed once, later, and again after a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.events import Event
from core.machine import perform
from state_machines import webhook_queue
from state_machines.models import Webhook
from state_machines.sources.declare import Movement
from state_machines.webhook_queue import apply_due
from tests.parallel import at_once
from tests.state_machines.test_webhooks import a_webhook, of_gateway


def make_due(webhook: Webhook) -> None:
    assert Webhook.objects.filter(pk=webhook.pk, due_at__gt=clock.now()).update(due_at=clock.now()) == 1


@pytest.mark.django_db
def test_what_it_does_is_caused_by_what_came_in() -> None:
    payment = of_gateway()
    webhook = a_webhook(payment, Movement.SUCCEED)
    assert (apply_due(), apply_due()) == (1, 0)
    first = Event.objects.get(subject=webhook.ref, sequence=0)
    moved = Event.objects.get(type="payment.succeeded")
    assert (moved.cause, moved.correlation, moved.actor) == (first.pk, first.correlation, "source:stripe")


@pytest.mark.django_db
def test_an_expire_after_the_settlement_changes_nothing_and_says_so() -> None:
    payment = of_gateway()
    settled, expired = a_webhook(payment, Movement.SUCCEED), a_webhook(payment, Movement.FAIL, code="expire")
    assert apply_due() == 2
    for row in (payment, settled, expired):
        row.refresh_from_db()
    assert (payment.state, settled.state, expired.state) == ("succeeded", "processed", "ignored")
    assert Event.objects.get(type="webhook.ignored").facts["webhook"]["code"] == "late"


@pytest.mark.django_db
def test_a_payment_that_is_not_there_yet_is_waited_for() -> None:
    webhook = a_webhook(None, Movement.SUCCEED, gateway_id="pi_1", amount_minor=121_00, currency="RON")
    assert apply_due() == 1
    payment = of_gateway()
    assert apply_due() == 0
    make_due(webhook)
    assert apply_due() == 1
    payment.refresh_from_db()
    assert payment.state == "succeeded"


@pytest.mark.django_db
def test_used_up_tries_end_in_a_failure_that_rules_see() -> None:
    webhook = a_webhook(None, Movement.SUCCEED, gateway_id="pi_1", amount_minor=121_00, currency="RON")
    apply_due()
    for seconds in webhook_queue.RETRY_SECONDS:
        webhook.refresh_from_db()
        assert webhook.due_at is not None
        wait = (webhook.due_at - clock.now()).total_seconds()
        assert 0.79 * seconds <= wait <= 1.2 * seconds
        make_due(webhook)
        assert apply_due() == 1
    webhook.refresh_from_db()
    assert (webhook.state, webhook.due_at, webhook.code) == ("failed", None, "payment_unknown")
    assert Event.objects.get(type="webhook.failed").facts["webhook"]["code"] == "payment_unknown"


@pytest.mark.django_db
def test_a_crash_while_processing_leaves_nothing_and_is_mended_by_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = of_gateway()
    webhook = a_webhook(payment, Movement.SUCCEED)
    real = webhook_queue.perform

    def crash(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        raise RuntimeError("the worker stumbles")

    monkeypatch.setattr(webhook_queue, "perform", crash)
    assert apply_due() == 1
    payment.refresh_from_db()
    assert payment.state == "pending"
    monkeypatch.undo()
    make_due(webhook)
    assert apply_due() == 1
    assert Event.objects.filter(type="payment.succeeded").count() == 1


@pytest.mark.django_db
def test_an_event_that_failed_is_processed_by_hand_once_its_reason_is_gone() -> None:
    payment = of_gateway()
    webhook = a_webhook(payment, Movement.SUCCEED, gateway_id="pi_2")
    perform(webhook, "give_up", arguments={"code": "payment_unknown"})
    payment.gateway_id = "pi_2"
    payment.save(update_fields=["gateway_id"])
    perform(webhook, "apply")
    payment.refresh_from_db()
    assert payment.state == "succeeded"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_several_workers_process_each_webhook_once() -> None:
    payments = [of_gateway(f"pi_{number}") for number in range(6)]
    for payment in payments:
        a_webhook(payment, Movement.SUCCEED)
    worked = at_once(*[apply_due for _worker in range(4)])
    assert sum(one for one in worked if isinstance(one, int)) + apply_due() == 6, worked
    assert Event.objects.filter(type="payment.succeeded").count() == 6
    assert not Webhook.objects.exclude(state="processed").exists()


@pytest.mark.django_db
def test_the_oldest_goes_first() -> None:
    payment = of_gateway()
    newer = a_webhook(payment, Movement.FAIL, due_at=clock.now() - timedelta(seconds=1))
    older = a_webhook(payment, Movement.SUCCEED, due_at=clock.now() - timedelta(seconds=9))
    assert apply_due(limit=1) == 1
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == ("processed", "received")
