"""Checking rules before they go live: each by itself, and beside those for the same events."""

from __future__ import annotations

import time
from typing import Any

from rules.checks import check
from rules.document.model import Document
from tests.bench.measure import table

SIZES = (500, 5_000)
COUNTRIES = 500
MACHINE = ("order.approve", "order.cancel", "order.reject", "order.pay")
EVENTS = ("order.submitted", "order.updated", "order.created", "invoice.issued", "invoice.overdue", "payment.failed")


def rules(count: int) -> list[dict[str, Any]]:
    """Rules as a large house has them: a third acts on the same orders, most ask for a country, some share a group."""
    return [_rule(number) for number in range(count)]


def _rule(number: int) -> dict[str, Any]:
    kind = EVENTS[number % len(EVENTS)]
    noun = kind.partition(".")[0]
    action = MACHINE[number // 7 % len(MACHINE)] if noun == "order" else "ticket.open"
    step: dict[str, Any] = (
        {"do": action} if noun == "order" else {"do": action, "with": {"subject": f"Look at it, {number}"}}
    )
    if action in ("order.cancel", "order.reject"):
        step["with"] = {"reason": f"rule {number}"}
    elif noun == "order":
        step["after"] = f"{number % 1_000}h"
    conditions = [
        {"fact": "customer.country", "op": "eq", "value": f"C{number % COUNTRIES}"},
        {"fact": "customer.credit_score", "op": "gte", "value": {"param": "low"}},
        {"any": [{"fact": "customer.credit_score", "op": "lt", "value": 300 + number % 500}, {"fact": "customer.tags", "op": "contains", "value": "vip"}]},
    ]  # fmt: skip
    made = {"key": f"r{number}", "when": kind, "if": {"all": conditions}, "then": [step]}
    return made | ({"group": f"g{number % 50}"} if number % 3 == 0 else {})


PARAMS = {"low": {"type": "integer", "default": 100, "min": 0, "max": 900}}


def run() -> None:
    found = []
    for count in SIZES:
        document = Document({"params": PARAMS, "rules": rules(count)})
        began = time.process_time()
        problems = check([document])
        seconds = time.process_time() - began
        found.append((count, seconds, seconds / count * 1e3, len(problems)))
    table("Checks of a set of rules", ("rules", "CPU s", "CPU ms a rule", "findings"), found)
