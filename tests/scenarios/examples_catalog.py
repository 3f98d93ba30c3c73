"""A catalog made to fit the rules of real companies: the objects, facts, states and relations that they speak of."""

from __future__ import annotations

from typing import Any

from core.catalog import ActionSpec, EventType, Fact, Kind, MachineSpec, Relation
from rules.calendars import DEFAULT, find
from rules.document import Document
from tests.rules.checks.declared import Catalog

STATES = {
    "customer": "active inactive",
    "domain": "pending active expired",
    "invoice": "draft issued overdue paid void refunded",
    "order": "draft pending processing completed cancelled refunded",
    "order_item": "pending in_progress completed failed",
    "payment": "pending succeeded failed refunded",
    "payment_method": "active expired",
    "proforma": "draft sent converted expired",
    "service": "pending provisioning active suspended terminated",
    "subscription": "active cancelled expired",
}
FACTS: dict[str, dict[str, Any]] = {
    "address": {"kind": ("billing", "postal"), "is_current": Kind.BOOLEAN},
    "billing_profile": {"credit_limit": Kind.MONEY},
    "customer": {
        "credit": Kind.MONEY,
        "currency": ("RON", "EUR"),
        "kind": ("company", "person"),
        "payment_method": Kind.REF,
        "tags": Kind.LIST,
    },
    "domain": {"expires_at": Kind.DATE},
    "integration": {"active": Kind.BOOLEAN},
    "invoice": {
        "currency": ("RON", "EUR"),
        "due_at": Kind.DATE,
        "origin": ("renewal", "order"),
        "period_start": Kind.DATE,
        "remaining": Kind.MONEY,
        "total": Kind.MONEY,
    },
    "order": {"number": Kind.TEXT, "payment_method": ("bank_transfer", "card"), "total": Kind.MONEY},
    "order_item": {
        "bundle_group": Kind.TEXT,
        "domain_name": Kind.TEXT,
        "product_type": ("domain", "hosting"),
        "registrar": Kind.TEXT,
    },
    "payment": {"attempt": Kind.INTEGER, "failure_code": Kind.TEXT, "payment_method": Kind.REF},
    "payment_method": {"expires_at": Kind.DATE},
    "plan": {"disk_quota": Kind.INTEGER, "features": Kind.ANY},
    "refund": {"kind": ("full", "partial")},
    "service": {"disk_used": Kind.INTEGER, "next_due_at": Kind.DATE, "suspend_reason": ("overdue", "other")},
    "ticket": {"priority": ("urgent", "high", "normal", "low")},
}
RELATED = {
    "address": "customer",
    "billing_profile": "customer",
    "credit": "customer",
    "domain": "customer",
    "invoice": "customer refund",
    "midtrans": "plan",
    "order": "customer proforma",
    "order_item": "order customer",
    "payment": "customer invoice subscription",
    "payment_method": "customer",
    "proforma": "customer",
    "server": "",
    "service": "plan customer",
    "ticket": "customer",
}
RELATIONS = {
    "customer": "invoices payment_methods integrations addresses",
    "invoice": "services subscriptions orders",
    "order": "items services subscriptions",
    "order_item": "tickets",
    "proforma": "orders",
    "server": "services",
    "service": "invoices",
}
ROWS_OF = {"items": "order_item", "addresses": "address"}
NOUNS = sorted({*FACTS, *RELATED, *RELATIONS, *STATES})
NAMED = {"payment.succeeded", "payment.failed", "hold.released"}  # events that rules look for in the past


def fitting(document: Document) -> Catalog:
    """What the rules of a document need declared, and no more."""
    made = Catalog()
    made.calendars.add(DEFAULT, find(DEFAULT))
    for noun in NOUNS:
        made.machines.add(noun, _machine(noun))
    steps = [step for rule in document.rules for outer in rule["then"] for step in (outer, *outer.get("then", ()))]
    for name in {step["do"] for step in steps if "do" in step}:
        made.actions.add(name, ActionSpec(name, name, name, {}))
    for name in sorted(NAMED | {name for rule in document.rules for name in _types(rule)}):
        noun = name.partition(".")[0]
        made.event_types.add(name, EventType(name, noun=noun if noun in NOUNS else None))
    return made


def _types(rule: dict[str, Any]) -> list[str]:
    when = rule["when"]
    return [] if isinstance(when, dict) else when if isinstance(when, list) else [when.replace("*", "order")]


def _machine(noun: str) -> MachineSpec:
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
    return MachineSpec(noun, noun, states, states[0], own, {}, related, relations)
