"""A real Celery worker on the test database: a transition here, its effects by the bell alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection

from actions.runs import ActionRun
from actions.sweeper import sweep
from core import bells
from core.celery import app
from core.events import Event
from core.machine import perform
from core.outbox import Outbox
from rules.decisions import Decision
from state_machines.models import Payment, Webhook
from tests.faults.stack import Stack, wait_until
from tests.fines.models import Fine, Letter
from tests.kit import a_fine, in_force
from tests.state_machines.made import a_payment, an_issued
from tests.state_machines.posting import a_source, intent, post_stripe

PAY = {"key": "pay", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}
SETTLE = {"key": "settle", "when": "fine.payment", "then": [{"do": "fine.settle"}]}
WRITE = {"key": "write", "when": "fine.settled", "then": [{"do": "fine.write_letter", "with": {"kind": "dossier"}}]}
pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


class Worker(Stack):
    """A worker without beat, so that nothing sweeps; its database is that of this test."""

    command = ["-m", "celery", "-A", "core.celery", "worker", "--concurrency", "2", "--loglevel", "WARNING"]

    def start(self) -> None:
        """Start one that has nothing in hand, whatever was rung for earlier, and wait until it answers."""
        app.control.purge()
        for name in (bells.DISPATCH, *bells.QUEUES):
            bells.taken(name)  # a bell that counts as rung is not rung again
        super().start()
        wait_until(lambda: bool(app.control.ping(timeout=0.5)), seconds=120, what="an answer of the worker")


def database_url() -> str:
    database = connection.settings_dict
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    place = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}{password}@{place}/{database['NAME']}"


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker that has shown that it works, and has nothing left to do."""
    in_force(PAY, SETTLE, WRITE)
    found = Worker(tmp_path, DATABASE_URL=database_url(), REDIS_URL=settings.CONFIG.redis_url)
    try:
        found.start()
        a_fine(case="first")
        wait_until(Letter.objects.exists, seconds=120, what="the first letter")
        wait_until(idle, seconds=120, what="a worker with nothing to do")
        yield found
    finally:
        found.kill()


def idle() -> bool:
    waiting = ActionRun.objects.filter(state__in=["ready", "running"])
    with app.connection_for_read() as broker:
        channel = broker.default_channel
        rung = sum(channel.client.llen(queue) for queue in bells.QUEUES)
    return not (rung or waiting.exists() or Outbox.objects.exists())


def test_the_bell_alone_leads_to_the_effects(worker: Worker) -> None:
    fines = [a_fine(case=f"case-{number}") for number in range(5)]
    wait_until(lambda: Letter.objects.count() == 6, seconds=120, what="a letter for every fine")
    wait_until(idle, seconds=120, what="a worker with nothing to do")
    for fine in fines:
        about = Event.objects.filter(subject=fine.ref).order_by("sequence")
        assert list(about.values_list("type", "actor")) == [
            ("fine.created", "system"),
            ("fine.payment", "rule:pay"),
            ("fine.settled", "rule:settle"),
        ]
    assert set(ActionRun.objects.values_list("state", "attempts")) == {("done", 1)}
    assert Decision.objects.count() == Event.objects.count()


def test_without_a_broker_transitions_succeed_and_the_sweeper_finds_what_is_left(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nowhere.conf.update(task_publish_retry=False, broker_transport_options={"socket_connect_timeout": 1})
    worker.kill()
    worker.start()  # the former may still have been about to ring for what was done already
    decided = Decision.objects.count()
    with monkeypatch.context() as down, caplog.at_level(logging.WARNING):
        down.setattr(bells, "app", nowhere)
        fine = a_fine(case="second")
        perform(fine, "insert_date_appeal_to_prefecture")
        wait_until(
            lambda: any(record.message == "bell not sent" for record in caplog.records),
            seconds=120,
            what="a line in the log",
        )
    assert Fine.objects.get(pk=fine.pk).state == "appeal_opened"
    assert (Decision.objects.count(), Outbox.objects.count()) == (decided, 2), "nobody told the worker"
    sweep()
    wait_until(lambda: Letter.objects.count() == 2, seconds=120, what="the letter of the second fine")
    assert Fine.objects.get(pk=fine.pk).state == "settled"


def test_a_webhook_is_processed_by_a_worker_and_its_event_decided(worker: Worker) -> None:
    welcome = {
        "key": "told",
        "when": "webhook.processed",
        "then": [{"do": "payment.dispute_payment", "target": "payment"}],
    }
    in_force(welcome)
    a_source("stripe")
    payment = a_payment(an_issued(), gateway_id="pi_1")
    notice = intent("evt_1", "payment_intent.succeeded", "pi_1", payment.amount_minor)
    assert [post_stripe(notice).json()["duplicate"] for _time in range(3)] == [False, True, True]
    wait_until(
        lambda: Payment.objects.get(pk=payment.pk).state == "disputed", seconds=120, what="what the rule asks for"
    )
    wait_until(idle, seconds=120, what="a worker with nothing to do")
    about = Event.objects.filter(subject__in=["webhook:" + str(Webhook.objects.get().pk), payment.ref])
    told = dict(about.exclude(type="payment.created").values_list("type", "actor"))
    assert told == {
        "webhook.created": "source:stripe",
        "payment.succeeded": "source:stripe",
        "webhook.processed": "source:stripe",
        "payment.disputed": "rule:told",
    }
    assert len(set(about.exclude(type="payment.created").values_list("correlation", flat=True))) == 1
    assert Decision.objects.filter(event_id__in=about.values("id")).count() == about.count()
