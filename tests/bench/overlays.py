"""Many customers with rules of their own over a large house: effective rules, memory, and many publications."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rules.document.model import Document, content_hash
from rules.in_force import Cache, Live
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from tests.bench.measure import table
from tests.kit import in_force

RULES, PARAMETERS_ONLY, CHANGED = 500, 4_500, 500
PUBLICATIONS, RULES_OF_EACH, KEPT_RULES = 2_000, 50, 500


def rule(number: int, title: str = "") -> dict[str, Any]:
    return {
        "key": f"r{number}", "title": title or f"Rule {number}", "when": f"order.e{number % 20}",
        "if": {"all": [{"fact": "order.total", "op": "gte", "value": {"param": "low"}},
                       {"fact": "customer.country", "op": "eq", "value": f"C{number % 7}"}]},
        "then": [{"do": "bench.nothing"}],
    }  # fmt: skip


PARAMS = {"low": {"type": "integer", "default": 5}}


def overlay(number: int) -> dict[str, Any]:
    mine: dict[str, Any] = {"set": f"customer:{number}", "params": {"low": number}}
    if number >= PARAMETERS_ONLY:
        mine["change"] = {f"r{number % RULES}": {"/title": f"For {number}"}}
        mine["rules"] = [rule(10_000 + number)]
    return mine


SEGMENT = {
    "set": "segment:vip",
    "params": {"low": 7},
    "mute": {"r1": "agreed"},
    "change": {"r2": {"/title": "For a few"}},
}


def run() -> None:
    _customers()
    _publications()


def _customers() -> None:
    house = in_force(*(rule(number) for number in range(RULES)), params=PARAMS)
    sets = [RuleSet(key=f"customer:{number}") for number in range(PARAMETERS_ONLY + CHANGED)]
    RuleSet.objects.bulk_create(sets)
    lives = [_version(one, overlay(number)) for number, one in enumerate(sets)]
    segment_set, _made = RuleSet.objects.get_or_create(key="segment:vip")
    segment = _version(segment_set, SEGMENT)
    base = Live(house.pk, house.content_hash)
    rows = []
    for name, over in (("none", ()), ("all in one", (segment,))):
        cache = Cache()
        before = _resident()
        cold = _timed(lambda live, cache=cache, over=over: cache.effective(base, *over, live), lives)
        after = _resident()
        warm = _timed(lambda live, cache=cache, over=over: cache.effective(base, *over, live), lives, time.thread_time)
        rows.append(
            (
                name, sum(cold) / len(cold) * 1e3, max(cold) * 1e3, sum(warm) / len(warm) * 1e6,
                sorted(warm)[len(warm) * 999 // 1000] * 1e3, max(warm) * 1e3, after - before,
            )
        )  # fmt: skip
    table(
        f"Effective rules of {len(lives):,} customers over {RULES} rules",
        ("segment", "cold ms, mean", "worst", "warm CPU µs, mean", "warm CPU ms, 999 of 1,000", "worst", "memory, MB"),
        rows,
    )


def _publications() -> None:
    """Each is compiled by both matchers and asked once, as a worker would."""
    cache, rows = Cache(rules=KEPT_RULES), []
    event = {"id": "1", "type": "order.e1", "subject": "order:1", "sequence": 1, "at": "2026-03-01T10:00:00+00:00",
             "facts": {"order": {"total": 9}, "customer": {"country": "C1"}}}  # fmt: skip
    rule_set, _made = RuleSet.objects.get_or_create(key=HOUSE)
    for lap in range(1, PUBLICATIONS + 1):
        rules = [rule(number, f"Lap {lap}") for number in range(RULES_OF_EACH)]
        live = _version(rule_set, {"set": HOUSE, "params": PARAMS, "rules": rules}, number=lap + 1)
        compiled = cache.compiled(live, 0)
        params = cache.effective(live).params
        assert compiled.durable is None or compiled.durable.match(event, params) == compiled.reference.match(
            event, params
        )
        if lap in (100, 500, 1000, PUBLICATIONS):
            gc.collect()
            rows.append((lap, _resident()))
    table(
        f"Publications of {RULES_OF_EACH} rules, {KEPT_RULES} rules kept",
        ("publications", "memory of the worker, MB"),
        rows,
    )


def _version(rule_set: RuleSet, data: dict[str, Any], number: int = 1) -> Live:
    document = Document(data)
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=number, text="", document=data, content_hash=content_hash(document)
    )
    return Live(version.pk, version.content_hash)


def _timed(act: Any, lives: list[Live], watch: Callable[[], float] = time.perf_counter) -> list[float]:
    """How long each took, by a watch; that of the thread does not run while the machine does something else."""
    found = []
    for live in lives:
        began = watch()
        act(live)
        found.append(watch() - began)
    return found


def _resident() -> float:
    """Memory of this process in MB, as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
