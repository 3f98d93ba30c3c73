"""The cost of a transition, against the same without us and against five receivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from redis import Redis

from core.machine import perform
from tests.bench.measure import interleaved, table
from tests.bench.models import BenchInvoice, Payer, PlainInvoice, ReceiverInvoice

BARE, OURS, RECEIVERS = "select_for_update + django-fsm + save", "Pravila's perform", "five receivers that queue a task"


def guarded_save(model: Any, key: int) -> Callable[[], None]:
    def act() -> None:
        with transaction.atomic():
            row = model.objects.select_for_update().get(pk=key)
            (row.issue if row.state == "draft" else row.reopen)()
            row.save(update_fields=["state"])

    return act


def ours(key: int) -> Callable[[], None]:
    names = ["issue", "reopen"]

    def act() -> None:
        perform(f"bench_invoice:{key}", names[0])
        names.reverse()

    return act


def connect_receivers() -> list[Callable[..., None]]:
    """Five receivers as they are written everywhere: each queues a task after commit."""
    app = Celery("bench", broker=settings.CONFIG.redis_url)
    receivers = []
    for number in range(5):

        def receive(sender: Any, instance: Any, number: int = number, **_kwargs: Any) -> None:
            transaction.on_commit(
                lambda: app.send_task(
                    f"bench.task{number}", args=[instance.pk], queue="pravila-bench", ignore_result=True
                )
            )

        post_save.connect(receive, sender=ReceiverInvoice, weak=False)
        receivers.append(receive)
    return receivers


def run() -> None:
    payer = Payer.objects.create(tags=["vip", "annual"])
    ours_row = BenchInvoice.objects.create(payer=payer)
    plain, received = PlainInvoice.objects.create(payer=payer), ReceiverInvoice.objects.create(payer=payer)
    acts = {BARE: guarded_save(PlainInvoice, plain.pk), OURS: ours(ours_row.pk)}
    if settings.CONFIG.redis_url:
        connect_receivers()
        acts[RECEIVERS] = guarded_save(ReceiverInvoice, received.pk)
    found = interleaved(acts, rounds=9, repeat=200)
    if settings.CONFIG.redis_url:
        Redis.from_url(settings.CONFIG.redis_url).delete("pravila-bench")
    rows = [(name, seconds * 1e6, seconds / found[BARE]) for name, seconds in found.items()]
    table("One transition, one client", ("", "µs", "× bare"), [(name, us, round(ratio, 2)) for name, us, ratio in rows])
    if RECEIVERS in found:
        print(f"  Pravila / five receivers: {found[OURS] / found[RECEIVERS]:.2f}")
