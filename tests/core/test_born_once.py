"""Born once: the row, its event, its place in the queue and the row beside it, or nothing of it."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.acting import Actor, acting
from core.born_once import RESERVED, born_once
from core.errors import NotWired
from core.events import Event
from core.outbox import Outbox
from state_machines.models import Payment, Webhook, WebhookBody
from tests.parallel import at_once


def told(key: str = "evt_1", **fields: Any) -> Webhook:
    return Webhook(source="stripe", external_id=key, kind="told", **fields)


def born(row: Webhook, body: bytes = b"{}") -> bool:
    return born_once(row, "webhook_once", WebhookBody, body=body)


@pytest.mark.django_db
def test_it_is_what_save_would_have_made() -> None:
    saved = told("evt_0", amount_minor=1200, currency="RON")
    quick = told("evt_1", amount_minor=1200, currency="RON")
    with acting(Actor("source:stripe", unlimited=True), request_id="request-1", correlation="c" * 32):
        saved.save()
        assert born(quick, b'{"a": 1}')
    events = [Event.objects.get(subject=row.ref) for row in (saved, quick)]
    for name in (
        "type",
        "sequence",
        "was",
        "target",
        "customer",
        "actor",
        "correlation",
        "request_id",
        "depth",
        "live",
    ):
        assert getattr(events[0], name) == getattr(events[1], name), name
    assert events[1].facts == {"webhook": {**events[0].facts["webhook"], "ref": quick.ref}}
    stored = [Webhook.objects.filter(pk=row.pk).values().get() for row in (saved, quick)]
    own = ("id", "external_id", "received_at", "due_at")
    assert {k: v for k, v in stored[0].items() if k not in own} == {k: v for k, v in stored[1].items() if k not in own}
    assert (stored[1]["received_at"], stored[1]["due_at"]) == (quick.received_at, quick.due_at)
    assert bytes(WebhookBody.objects.get(webhook_id=quick.pk).body) == b'{"a": 1}'
    assert Outbox.objects.filter(event_id=events[1].pk, shard=events[1].shard).exists()


@pytest.mark.django_db
def test_a_second_one_leaves_nothing() -> None:
    assert (born(told()), born(told(), b"other"), born(told("evt_2"))) == (True, False, True)
    assert (Webhook.objects.count(), Event.objects.count(), Outbox.objects.count()) == (2, 2, 2)
    assert {bytes(one.body) for one in WebhookBody.objects.all()} == {b"{}"}


@pytest.mark.django_db
def test_more_of_them_than_were_reserved() -> None:
    assert all(born(told(f"evt_{number}")) for number in range(RESERVED + 2))
    assert Webhook.objects.count() == Event.objects.values("subject").distinct().count() == RESERVED + 2


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert born(told())
        raise ZeroDivisionError
    assert [model.objects.count() for model in (Webhook, WebhookBody, Event, Outbox)] == [0, 0, 0, 0]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_birth_that_makes_links_is_refused() -> None:
    with pytest.raises(NotWired, match="it makes links"):
        born_once(Payment(), "webhook_once", WebhookBody)
    with pytest.raises(NotWired, match="no unique constraint nothing"):
        born_once(told(), "nothing", WebhookBody)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_statement_and_the_machines_guard_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[born_once.__module__], "_ids", {})
    born(told())
    with CaptureQueriesContext(connection) as seen:
        assert born(told("evt_2"))
    assert len(seen) == 1
    with pytest.raises(Exception, match="has no event that explains it"):
        born(told("evt_3", state="processed"))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_at_once() -> None:
    found = at_once(*[lambda key=number % 5: born(told(f"evt_{key}")) for number in range(25)])  # type: ignore[misc]
    assert sorted(map(str, found)) == ["False"] * 20 + ["True"] * 5
    assert (Webhook.objects.count(), Event.objects.count(), WebhookBody.objects.count()) == (5, 5, 5)
