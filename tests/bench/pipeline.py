"""The whole pipeline — transition, dispatch, one internal action per event — against the bare transition."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.db import connection, connections

from actions.dispatch import dispatch_all, dispatch_at_bell, dispatch_batch
from actions.runner import run_due
from actions.runs import ActionRun
from core.machine import perform
from core.outbox import Outbox
from rules.decisions import Decision
from tests.bench.measure import table
from tests.bench.models import BenchInvoice, Payer
from tests.kit import in_force

RULE = {"key": "note", "when": "bench_invoice.issued", "then": [{"do": "bench.note"}]}
PER_CLIENT, ROUNDS = 2000, 3


def _rows(count: int) -> list[int]:
    payer = Payer.objects.create(tags=["vip"])
    return [BenchInvoice.objects.create(payer=payer).pk for _number in range(count)]


def _client(keys: list[int], start: Any) -> None:
    connections.close_all()
    start.wait()
    for key in keys:
        perform(f"bench_invoice:{key}", "issue")


def _dispatcher(stop: Any) -> None:
    _at_each_bell(stop, dispatch_at_bell)


def _runner(stop: Any) -> None:
    _at_each_bell(stop, lambda: run_due("default", limit=10_000))


def _at_each_bell(stop: Any, work: Callable[[], int]) -> None:
    """What a worker does: all there is, then nothing until the next bell; bells come 20 a second at most."""
    connections.close_all()
    while True:
        stopping = stop.is_set()
        if not work() and stopping:
            return
        time.sleep(1 / settings.CONFIG.bells_per_second if not stopping else 0.005)


def _settle() -> None:
    while dispatch_all() + run_due("default", limit=1000):
        pass


def _measure(clients: int, worker: bool) -> float:
    """Events per second: of the transitions alone, or until every event's action is done too."""
    keys = [_rows(PER_CLIENT) for _client in range(clients)]
    _settle()
    before = ActionRun.objects.filter(state="done").count()
    context = get_context("fork")
    connections.close_all()
    start = context.Event()
    performing = [context.Process(target=_client, args=(part, start)) for part in keys]
    stops = [context.Event(), context.Event()]
    loops = zip((_dispatcher, _runner), stops, strict=True)
    working = [context.Process(target=loop, args=(stop,)) for loop, stop in loops] if worker else []
    for started in (*performing, *working):
        started.start()
    time.sleep(0.5)
    began = time.perf_counter()
    start.set()
    for ended in performing:
        ended.join()
    for stop, ended in zip(stops, working, strict=False):
        stop.set()
        ended.join()
    seconds = time.perf_counter() - began
    if worker:
        done = ActionRun.objects.filter(state="done").count() - before
        if done != clients * PER_CLIENT:
            raise AssertionError(f"{done} actions done of {clients * PER_CLIENT}")
    else:
        _settle()
    return clients * PER_CLIENT / seconds


def run() -> None:
    if connection.vendor != "postgresql":
        print("\nPipeline: measured on PostgreSQL only")
        return
    in_force(RULE)
    rows = []
    for clients in (1, 2):
        rates: dict[bool, list[float]] = {False: [], True: []}
        for _round in range(ROUNDS):
            for worker in (False, True):
                rates[worker].append(_measure(clients, worker))
        bare, whole = (sorted(rates[worker])[ROUNDS // 2] for worker in (False, True))
        rows.append((clients, bare, whole, round(whole / bare, 2)))
    table("Whole pipeline, one internal action per event", ("clients", "bare/s", "whole/s", "whole / bare"), rows)
    _backlog()


def _backlog() -> None:
    for _number in range(20):
        _rows(1000)
    waiting = Outbox.objects.count()
    began = time.perf_counter()
    while dispatch_batch():
        pass
    seconds = time.perf_counter() - began
    table("Dispatch of a backlog", ("events", "seconds", "events/s"), [(waiting, round(seconds, 1), waiting / seconds)])
    assert Decision.objects.count() >= waiting
