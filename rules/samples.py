"""Events made up around the constants of rules: at them, beside them, and with nothing set. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.conditions import leaves
from rules.facts import View
from rules.kinds import kind_of
from rules.rule import Rule

MAX_SAMPLES = 3000
_OWN = ("event", "transition", "moment", "observed", "item")  # roots that are no facts


def samples(rules: Sequence[Rule], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A few events for each rule, at most 3,000 in all."""
    found: list[dict[str, Any]] = []
    for rule in rules:
        kind = rule.when[0].replace("*", "made")
        own = {"moment": {"rule": rule.key, "number": 1, "offset": "1d", "last": False}} if rule.timing else {}
        every = enumerate(_facts(rule, params))
        found += [_event(f"s{len(found)}{place}", kind, facts | own) for place, facts in every]
        if len(found) >= MAX_SAMPLES:
            break
    return found[:MAX_SAMPLES]


def _event(name: str, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name, "type": kind, "subject": "made:1", "sequence": 1, "at": "2026-03-02T10:00:00+00:00", "facts": facts,
    }  # fmt: skip


def _facts(rule: Rule, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Facts with each constant itself, something more, something less, and none."""
    constants = []
    view = View({"facts": {}}, params)
    for leaf in leaves(rule.condition):
        wanted = leaf.wanted.resolve(view)
        constants.append((leaf.name, wanted[0] if isinstance(wanted, list) and wanted else wanted))
    yield {}
    for step in (0, 1, -1) if constants else ():
        facts: dict[str, Any] = {}
        for path, wanted in constants:
            _put(facts, path, _beside(wanted, step))
        yield facts


def _beside(value: Any, step: int) -> Any:
    kind = kind_of(value)
    if kind == "money" and isinstance(value["minor"], int):
        return {"minor": value["minor"] + step, "currency": value["currency"]}
    if kind == "number" and isinstance(value, int | float):
        return value + step
    if kind == "text":
        return value + "x" * (step > 0)
    return value if isinstance(value, bool | list) else None


def _put(facts: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    if value is None or (above or [last])[0] in _OWN:
        return
    for part in above:
        facts = facts.setdefault(part, {})
        if not isinstance(facts, dict):
            return
    facts.setdefault(last, value)
