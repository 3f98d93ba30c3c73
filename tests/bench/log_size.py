"""The cost of a transition while the log grows from 1,000 events to 1,000,000, against a guarded save that has no log."""

from __future__ import annotations

from django.db import connection

from core.events import Event
from tests.bench.measure import interleaved, table
from tests.bench.models import BenchInvoice, Payer, PlainInvoice
from tests.bench.seeding import copies, settled
from tests.bench.transition import BARE, OURS, guarded_save, ours

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def run() -> None:
    if connection.vendor != "postgresql":
        print("\nA log of a million events needs PostgreSQL; set DATABASE_URL")
        return
    payer = Payer.objects.create(tags=["vip"])
    row, plain = BenchInvoice.objects.create(payer=payer), PlainInvoice.objects.create(payer=payer)
    acts = {BARE: guarded_save(PlainInvoice, plain.pk), OURS: ours(row.pk)}
    event = Event.objects.filter(subject=row.ref).order_by("id")[0]
    rows: list[tuple[object, ...]] = []
    first = 0.0
    for size in SIZES:
        missing = size - Event.objects.count()
        if missing > 0:
            copies(event, missing, subject=f"'bench_invoice:' || {10**6 + size} + g", live="false")
        settled()
        found = interleaved(acts, rounds=9, repeat=150)
        ratio = found[OURS] / found[BARE]
        first = first or ratio
        rows.append((f"{size:,}", found[OURS] * 1e6, found[BARE] * 1e6, round(ratio, 2), round(ratio / first, 2)))
    table("One transition while the log grows", ("events", "µs", "µs bare", "× bare", "of the first"), rows)
