"""A million stored events by fifty rules on both sides, in a process forked from the one that stands by: how long, how large,
how soon there is something to see, and what live work notices of it."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from core.event_log import _COLUMNS
from core.events import Event
from core.history import import_events
from rules.change_requests import ChangeRequest
from rules.simulation import backtests
from rules.simulation.backtests import Backtest
from rules.simulation.nursery import Nursery
from rules.simulation.running import Running
from tests.bench.matching import events, rules
from tests.bench.measure import table
from tests.bench.models import BenchInvoice, Payer
from tests.bench.transition import ours
from tests.kit import in_force
from tests.rules.made_requests import request

EVENTS, RULES, ONES, USUAL = 1_000_000, 50, 2_000, 400
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def run(count: int = EVENTS) -> None:
    """Every rule is otherwise in the draft, so that none can be left out."""
    written = [one | {"then": [{"do": "ticket.open"}]} for one in rules(RULES, RULES)]
    in_force(*written)
    _store(count)
    draft = request(json.dumps({"set": "house", "rules": [_raised(one) for one in written]}))
    more: list[tuple[object, ...]] = []
    if connection.vendor == "postgresql":
        nursery = _stands_by()
        more = _beside_it(nursery, draft, count)
        started = time.perf_counter()
        made = backtests.start(draft, BEGIN, END)
        first, memory, worked = _forked(nursery, made)
        took = time.perf_counter() - started
        nursery.close()
    else:
        made = backtests.start(draft, BEGIN, END)
        started, before = time.perf_counter(), time.process_time()
        first, memory = _here(made)
        took, worked = time.perf_counter() - started, time.process_time() - before
    done = backtests.find(made.pk)
    assert (done.state, done.result["events"]) == ("done", count), done.problem
    rows = [
        (f"{count:,} events by {RULES} rules on both sides, s", round(took, 1), 10),
        ("events a second", f"{count / took:,.0f}", f"{count // 10:,}"),
        ("of these computing, s", round(done.seconds, 1), 10),
        ("seconds of a processor", round(worked, 1), "-"),
        ("the first partial result, s", round(first, 2), 1),
        ("memory of its process with what it was forked from, MiB", round(memory), 1024),
        ("events that come out otherwise", done.result["changed"], "-"),
        *more,
    ]
    table("A backtest over the stored log", ("what", "measured", "bar"), rows)


def _raised(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule with its range moved up by a little."""
    first, *bounds = rule["if"]["all"]
    return rule | {"if": {"all": [first, *(one | {"value": one["value"] + 500} for one in bounds)]}}


def _store(count: int) -> None:
    """Events of many customers; each of the first is stored many times, of other objects."""
    random_ = random.Random(1)
    some = events(1)[:ONES]
    for number, one in enumerate(some):
        one["at"] = (BEGIN + timedelta(minutes=number)).isoformat()
        one["customer"] = f"customer:{random_.randrange(1000)}"
    import_events(some)
    columns = ", ".join(name for name in _COLUMNS if name not in ("subject", "imported_as"))
    more = count // ONES - 1
    first = Event.objects.order_by("pk").values_list("pk", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_event (subject, imported_as, {columns}) "
            f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {more}) "
            f"SELECT e.subject || '-' || n.n, '', {', '.join(f'e.{name}' for name in columns.split(', '))} "
            "FROM n, core_event e WHERE e.imported_as <> '' AND e.id >= %s ORDER BY n.n, e.id",
            [first],
        )
        cursor.execute("ANALYZE core_event")


def _beside_it(nursery: Nursery, draft: ChangeRequest, count: int) -> list[tuple[object, ...]]:
    """Parts of the history, whose memory is that of the whole, and live transitions while a backtest runs."""
    payer = Payer.objects.create(tags=["vip"])
    act = ours(BenchInvoice.objects.create(payer=payer).pk)
    usual = [_timed(act) for _number in range(USUAL)][USUAL // 10 :]
    positions = Event.objects.order_by("pk").values_list("pk", flat=True)
    rows: list[tuple[object, ...]] = []
    for part in (count // 5, count // 2):
        short = backtests.start(draft, BEGIN, END)
        Backtest.objects.filter(pk=short.pk).update(end=positions[part])
        started = time.perf_counter()
        first, little, _worked = _forked(nursery, short)
        says = f"{time.perf_counter() - started:.1f} s, {first:.2f} s to the first partial result, {little:.0f} MiB"
        rows.append((f"the first {part:,} of these events", says, "-"))
    during: list[float] = []
    beside = backtests.start(draft, BEGIN, END)
    _forked(nursery, beside, lambda: during.append(_timed(act)))
    ratio = statistics.median(during) / statistics.median(usual)
    return [
        *rows,
        (f"{len(during):,} live transitions during one, × their usual time", round(ratio, 2), 2),
    ]


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _stands_by() -> Nursery:
    """It has loaded everything, and is for the bench's database."""
    url, kept = urlsplit(os.environ["DATABASE_URL"]), os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    nursery = Nursery()
    os.environ["DATABASE_URL"] = kept
    none = nursery.fork(0)
    assert none is not None
    assert none.wait(120) == 0
    return nursery


def _forked(
    nursery: Nursery, made: Backtest, meanwhile: Callable[[], object] | None = None
) -> tuple[float, float, float]:
    """Seconds to the first partial result, MiB of the process, and seconds of a processor that it had; `meanwhile` is done
    again and again until it ends."""
    started, first, used = time.perf_counter(), 0.0, (0.0, 0.0)
    child = nursery.fork(made.pk)
    assert child is not None
    while True:
        try:
            code = child.wait(0.001 if meanwhile else 0.02)
        except subprocess.TimeoutExpired:
            pass
        else:
            assert code == 0
            return first, *used
        used = _used_by_child(nursery.pid) or used
        if meanwhile is not None:
            meanwhile()
        elif not first and Backtest.objects.filter(pk=made.pk, position__gt=0).exists():
            first = time.perf_counter() - started


def _used_by_child(pid: int) -> tuple[float, float] | None:
    """MiB at most and seconds of a processor of the only child of a process; None where it has none."""
    try:
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        status, stat = (Path(f"/proc/{child}/{name}").read_text() for name in ("status", "stat"))
        ticks = stat.rpartition(")")[2].split()[11:13]
        return int(status.split("VmHWM:")[1].split()[0]) / 1024, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _here(made: Backtest) -> tuple[float, float]:
    mine = backtests.claim(made.pk)
    assert mine is not None
    running = Running(mine)
    running.run()
    return running.first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
