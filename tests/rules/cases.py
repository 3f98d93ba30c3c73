"""Small builders shared by the tests of the rules, and the real inputs beside the project where they are there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rules.facts import View
from rules.matching import compile_rules

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not beside this project")
MATCHERS = ("reference", "durable", "compiled", "columnar")


def rule(key: str = "r", when: Any = "*", **parts: Any) -> dict[str, Any]:
    """A rule document; `if_` stands for if, and None for a rule without one."""
    if (condition := parts.pop("if_", None)) is not None:
        parts["if"] = condition
    return {"key": key, "when": when, "then": [], **parts}


def event(facts: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    base = {
        "id": "1",
        "type": "invoice.issued",
        "subject": "invoice:1",
        "sequence": 1,
        "at": "2026-03-01T10:00:00+00:00",
    }
    return base | {"facts": facts or {}} | parts


def says(condition: dict[str, Any], happened: dict[str, Any], params: dict[str, Any] | None = None) -> bool | None:
    """The verdict of a condition by the reference, after every matcher agreed on whether the rule acts."""
    rules = [rule(if_=condition), rule("negated", if_={"not": condition})]
    acts = []
    for name in MATCHERS:
        matcher = compile_rules(rules, name)
        acts.append(matcher.match(happened, params))
        matcher.close()
    assert all(found == acts[0] for found in acts), acts
    verdict = next(r for r in compile_rules(rules).rules if r.key == "r").evaluate(View(happened, params))
    assert acts[0] == {True: ["r"], False: ["negated"], None: []}[verdict]
    return verdict


def compared(seen: Any, op: str, wanted: Any = ..., **parts: Any) -> bool | None:
    """The verdict of `x op wanted` where the fact x is `seen`; ... leaves the fact or the value out."""
    condition = {"fact": "x", "op": op} | ({} if wanted is ... else {"value": wanted})
    return says(condition, event({} if seen is ... else {"x": seen}, **parts))


def history(name: str) -> list[dict[str, Any]]:
    with gzip.open(SHARED / "data" / "history" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
