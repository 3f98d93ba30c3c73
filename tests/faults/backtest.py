"""`python -m tests.faults.backtest seed`: rules, a history, and three backtests that wait. `… cancel ID` has the process
of one forked, ends it when it has found something, and exits as that process does; `… fork ID` waits for its end."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

from rules.simulation.nursery import Nursery
from tests.faults.stack import wait_until

EVENTS, BACKTESTS = 12_000, 3
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def rules(times: int) -> list[dict[str, Any]]:
    often = {"count": "payment.failed", "of": "customer", "within": "1d", "op": "gte", "value": times}
    return [{"key": "often", "when": "payment.failed", "if": often, "then": [{"do": "ticket.open"}]}]


def seed() -> None:
    from core.history import import_events
    from rules.simulation import backtests
    from tests.kit import in_force
    from tests.rules.made_requests import request

    in_force(*rules(3))
    import_events(
        {"id": f"e{n}", "type": "payment.failed", "subject": f"payment:{n}", "sequence": 0, "facts": {},
         "customer": f"customer:{n % 50}", "at": (BEGIN + timedelta(minutes=5 * n)).isoformat()}
        for n in range(EVENTS)
    )  # fmt: skip
    draft = request(json.dumps({"set": "house", "rules": rules(2)}))
    for _number in range(BACKTESTS):
        backtests.start(draft, BEGIN, BEGIN + timedelta(days=365))


def forked(key: int, *, cancelled: bool) -> int:
    from rules.simulation.backtests import Backtest, cancel

    nursery = Nursery()
    child = nursery.fork(key)
    assert child is not None
    if cancelled:
        told = Backtest.objects.filter(pk=key, position__gt=0)
        wait_until(told.exists, seconds=120, what="a first partial result")
        cancel(key)
    code = child.wait(120)
    nursery.close()
    return code


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "seed":
        seed()
    else:
        sys.exit(forked(int(sys.argv[2]), cancelled=sys.argv[1] == "cancel"))
