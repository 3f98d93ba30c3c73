"""Matching at 10 to 10,000 rules, each matcher beside the hand-written if/elif that rules replace."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from typing import Any

from rules.matching import compile_rules
from tests.bench.measure import interleaved, table

TYPES, EVENTS, SIZES = 50, 2_000, (10, 100, 1_000, 10_000)
COUNTRIES = ("RO", "DE", "FR", "IT", "ES", "PL", "HU", "BG")


def events(seed: int) -> list[dict[str, Any]]:
    """Events with 15 facts each, all present, over 50 types."""
    random_ = random.Random(seed)
    found = []
    for number in range(EVENTS):
        order = {"total": random_.randrange(0, 100_000), "items": random_.randrange(1, 20), "state": "pending"}
        order |= {f"n{place}": random_.randrange(0, 1000) for place in range(8)}
        customer = {
            "country": random_.choice(COUNTRIES),
            "score": random_.randrange(0, 1000),
            "vip": random_.random() < 0.1,
        }
        found.append(
            {
                "id": str(number),
                "type": f"order.event{random_.randrange(TYPES)}",
                "subject": f"order:{number}",
                "sequence": 0,
                "at": "2026-01-01T00:00:00Z",
                "facts": {"order": order, "customer": customer | {"age_days": 10}},
            }
        )
    return found


def rules(count: int, seed: int) -> list[dict[str, Any]]:
    """Rules of three conditions — a country, a range, a flag — of which one or two are true of an event."""
    random_ = random.Random(seed)
    found = []
    for number in range(count):
        low = random_.randrange(0, 100_000)
        width = min(100_000, 60_000_000 // count)
        conditions = [
            {"fact": "customer.country", "op": "eq", "value": random_.choice(COUNTRIES)},
            {"fact": "order.total", "op": "gte", "value": low},
            {"fact": "order.total", "op": "lt", "value": low + width},
        ]
        when = f"order.event{number % TYPES}"
        found.append({"key": f"rule-{number:05d}", "when": when, "if": {"all": conditions}, "then": []})
    return found


def hand_written(written: list[dict[str, Any]]) -> Callable[[dict[str, Any]], list[str]]:
    """What a developer would write: one branch per event type, plain comparisons below it."""
    lines = ["def match(event):", "    found = []", "    type_ = event['type']", "    facts = event['facts']"]
    lines += ["    customer, order = facts['customer'], facts['order']"]
    by_type: dict[str, list[dict[str, Any]]] = {}
    for rule in written:
        by_type.setdefault(rule["when"], []).append(rule)
    for place, (when, group) in enumerate(by_type.items()):
        lines.append(f"    {'if' if place == 0 else 'elif'} type_ == {when!r}:")
        for rule in group:
            country, low, high = (condition["value"] for condition in rule["if"]["all"])
            lines.append(f"        if customer['country'] == {country!r} and {low} <= order['total'] < {high}:")
            lines.append(f"            found.append({rule['key']!r})")
    lines.append("    return found")
    scope: dict[str, Any] = {}
    exec("\n".join(lines), scope)
    return scope["match"]


def run() -> None:
    rows = []
    happened = events(7)
    for size in SIZES:
        written = rules(size, size)
        matchers = {name: compile_rules(written, matcher=name) for name in ("reference", "durable", "compiled")}
        by_hand = hand_written(written)
        expected = [by_hand(event) for event in happened]
        for name, matcher in matchers.items():
            if [matcher.match(event) for event in happened] != expected:
                raise AssertionError(f"{name} disagrees with the if/elif at {size} rules")
        sample = happened if size < 10_000 else happened[:400]
        acts: dict[str, Callable[[], object]] = {
            "if/elif": lambda match=by_hand, sample=sample: [match(event) for event in sample],  # type: ignore[misc]
            **{
                name: (lambda match=matcher.match, sample=sample: [match(event) for event in sample])
                for name, matcher in matchers.items()
            },
        }
        found = interleaved(acts, rounds=5, repeat=1)
        each = {name: seconds / len(sample) * 1e6 for name, seconds in found.items()}
        matches = sum(map(len, expected)) / len(happened)
        rows.append(
            (size, round(matches, 2), *(round(each[name], 2) for name in each),
             *(round(each[name] / each["if/elif"], 1) for name in ("reference", "durable", "compiled")))
        )  # fmt: skip
        for matcher in matchers.values():
            matcher.close()
        gc.collect()
    head = (
        "rules", "matches/event", "if/elif µs", "reference µs", "durable µs", "compiled µs", "reference ×", "durable ×",
        "compiled ×",
    )  # fmt: skip
    table("Matching, per event", head, rows)
