"""Rules of real companies that look at relations and at the past load, check and run with a catalog made to fit them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.catalog import ActionSpec, EventType, Fact, Kind, MachineSpec, Relation
from core.lookups import Row, Rows
from rules.checks import check
from rules.document import Document
from rules.document.load import load
from rules.matching import build_rules, compile_rules
from rules.observing import Stored, measured, resolved
from rules.sources import Relation as RelationSource
from tests.rules.cases import MATCHERS, SHARED, needs_shared
from tests.rules.checks.declared import Catalog

pytestmark = needs_shared
STATES = {
    "invoice": "draft issued overdue paid void refunded",
    "order": "draft pending processing completed cancelled refunded",
    "service": "pending provisioning active suspended terminated",
    "subscription": "active cancelled expired",
    "ticket": "open closed",
    "order_item": "pending in_progress completed failed",
}
FACTS: dict[str, dict[str, Any]] = {
    "customer": {"credit": Kind.MONEY, "currency": ("RON", "EUR"), "tags": Kind.LIST},
    "invoice": {"remaining": Kind.MONEY, "total": Kind.MONEY, "due_at": Kind.DATE},
    "order": {"total": Kind.MONEY, "number": Kind.TEXT},
    "service": {"suspend_reason": ("overdue", "other")},
    "payment": {"payment_method": Kind.REF, "attempt": Kind.INTEGER},
    "order_item": {
        "product_type": ("domain", "hosting"),
        "domain_name": Kind.TEXT,
        "registrar": Kind.TEXT,
        "bundle_group": Kind.TEXT,
    },
    "integration": {"active": Kind.BOOLEAN},
    "refund": {"kind": ("full", "partial")},
    "address": {"kind": ("billing", "postal"), "is_current": Kind.BOOLEAN},
}
RELATED = {
    "invoice": "customer refund",
    "order": "customer",
    "order_item": "order customer",
    "payment": "customer invoice",
    "proforma": "customer",
    "address": "customer",
    "credit": "customer",
}
RELATIONS = {
    "customer": "invoices payment_methods integrations addresses",
    "invoice": "services subscriptions orders",
    "order": "items services subscriptions",
    "order_item": "tickets",
    "proforma": "orders",
    "server": "services",
}
ROWS_OF = {"items": "order_item", "addresses": "address"}
NOUNS = sorted({*FACTS, *RELATED, *RELATIONS, *STATES, "payment_method"})


def examples() -> Document:
    """Those of the examples that look at relations or at the past, and need no clock and no person."""
    text = (SHARED / "data" / "rules_examples.yaml").read_text(encoding="utf-8")
    whole = load(text, name="rules_examples.yaml").documents[0]
    words = ('"each"', '"count"', '"sum"', '"min"', '"max"')
    rules = [
        rule
        for rule in whole.rules
        if not isinstance(rule["when"], dict) and any(word in json.dumps(rule) for word in words)
    ]
    params = {name: param for name, param in whole.params.items() if f'"param": "{name}"' in json.dumps(rules)}
    return Document({"params": params, "rules": rules})


def fitting(document: Document) -> Catalog:
    made = Catalog()
    for noun in NOUNS:
        facts = [Fact("ref", Kind.REF)]
        facts += [
            Fact(name, Kind.TEXT, choices=kind) if isinstance(kind, tuple) else Fact(name, kind)
            for name, kind in FACTS.get(noun, {}).items()
        ]
        states = tuple(STATES.get(noun, "open closed").split())
        related = {name: name for name in RELATED.get(noun, "").split()}
        relations = {
            name: Relation(name, ROWS_OF.get(name, name.removesuffix("s"))) for name in RELATIONS.get(noun, "").split()
        }
        own = (*facts, Fact("state", Kind.TEXT, choices=states))
        made.machines.add(noun, MachineSpec(noun, noun, states, states[0], own, {}, related, relations))
    steps = [step for rule in document.rules for outer in rule["then"] for step in (outer, *outer.get("then", ()))]
    for name in {step["do"] for step in steps if "do" in step}:
        made.actions.add(name, ActionSpec(name, name, name, {}))
    named = {"payment.succeeded", "payment.failed", "hold.released"}
    for rule in document.rules:
        named |= set(rule["when"] if isinstance(rule["when"], list) else [rule["when"]])
    for name in named:
        noun = name.partition(".")[0]
        made.event_types.add(name, EventType(name, noun=noun if noun in NOUNS else None))
    return made


def test_they_load_and_check() -> None:
    document = examples()
    assert len(document.rules) >= 20
    found = check([document], fitting(document), strict=True)
    assert [str(problem) for problem in found if problem.severity == "error"] == []


@pytest.mark.parametrize("state", ["pending", "overdue", None])
def test_they_run_in_every_matcher_over_any_rows(state: str | None) -> None:
    document = examples()
    params = {name: param["default"] for name, param in document.params.items()}
    rules = build_rules(document)
    matchers = [compile_rules(rules, name) for name in MATCHERS]
    money = {"minor": 90_000, "currency": "RON"}
    row = Row(1, "x:1", {"ref": "x:1", "state": state, "remaining": money, "total": money, "active": True})
    acted: set[str] = set()
    for rule in rules:
        assert rule.sources, rule.key
        noun = rule.when[0].partition(".")[0]
        event = {"type": rule.when[0], "subject": f"{noun}:1", "customer": "customer:1", "at": "2026-03-01T10:00:00Z",
                 "facts": {noun: {"ref": f"{noun}:1"}, "customer": {"currency": "RON", "credit": money}}}  # fmt: skip
        rows = dict.fromkeys(rule.sources, Rows((row, row, row)))
        observed = measured(event, rules, params, rows)
        made = resolved(event, rules, params, Stored(observed))
        keys = [matcher.match(made, params) for matcher in matchers]
        assert keys[0] == keys[1]
        acted.update(keys[0])
        relations = {source.text for source in rule.sources if isinstance(source, RelationSource)}
        assert set(observed.rows) == relations
    assert ({"r12", "r13"} <= acted) is (state == "overdue")
    for matcher in matchers:
        matcher.close()
