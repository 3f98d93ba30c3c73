"""A small shop whose orders have opposed transitions, and whose actions emit events: for checks of rules beside each other."""

from __future__ import annotations

from typing import Any

from core.catalog import ActionSpec, EventType, Fact, Kind, MachineSpec, Relation, Transition
from rules.calendars import DEFAULT, find
from rules.checks import check
from rules.document import Document
from rules.document.problem import Problem
from rules.matchers.reference import ReferenceMatcher
from rules.matching import build_rules
from tests.rules.checks.declared import Catalog

STATES = ("pending", "approved", "paid", "cancelled", "held")


def _moves(name: str, sources: tuple[str, ...], target: str) -> Transition:
    event = {"approve": "approved", "pay": "paid", "cancel": "cancelled", "hold": "held", "free": "freed"}[name]
    return Transition(name, sources, target, f"order.{event}", name)


def shop() -> Catalog:
    made = Catalog()
    transitions = [
        _moves("approve", ("pending",), "approved"),
        _moves("pay", ("pending", "approved"), "paid"),
        _moves("cancel", ("pending",), "cancelled"),
        _moves("hold", ("paid",), "held"),
        _moves("free", ("held",), "paid"),
    ]
    facts = (
        Fact("state", Kind.TEXT, choices=STATES),
        Fact("total", Kind.MONEY),
        Fact("lines", Kind.INTEGER),
        Fact("code", Kind.TEXT, optional=True),
        Fact("country", Kind.TEXT),
    )
    relations = {"parts": Relation("parts", "order", cap=50)}
    by_name = {one.name: one for one in transitions}
    made.machines.add("order", MachineSpec("order", "order", STATES, "pending", facts, by_name, {}, relations))
    for name in ("order.created", "order.noted", *(one.event for one in transitions)):
        made.event_types.add(name, EventType(name, noun="order"))
    text = {"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": False}
    made.actions.add("note.write", ActionSpec("note.write", "Note", "Note", text, emits=("order.noted",)))
    made.actions.add("tag.add", ActionSpec("tag.add", "Tag", "Tag", text, inverse="tag.remove"))
    made.actions.add("tag.remove", ActionSpec("tag.remove", "Untag", "Untag", text, inverse="tag.add"))
    made.calendars.add(DEFAULT, find(DEFAULT))
    return made


def found(*rules: dict[str, Any], overlay: dict[str, Any] | None = None, **house: Any) -> list[Problem]:
    """What the checks say, each witness asked the rules themselves first."""
    documents = [Document({"rules": list(rules), **house})]
    if overlay is not None:
        documents.append(Document({"set": "customer:1", **overlay}))
    problems = check(documents, shop(), strict=True)
    for problem in problems:
        if problem.witness and problem.rule and overlay is None:
            assert problem.rule in true_of(problem, *rules, **house)
    return problems


def true_of(problem: Problem, *rules: dict[str, Any], **house: Any) -> list[str]:
    """The rules that are true of the witness, by the matcher that defines the meaning."""
    assert problem.witness is not None
    params = {name: one["default"] for name, one in house.get("params", {}).items()} | problem.witness["params"]
    return ReferenceMatcher(build_rules(Document({"rules": list(rules)}))).match(problem.witness["event"], params)


def told(code: str, *rules: dict[str, Any], **parts: Any) -> list[Problem]:
    return [problem for problem in found(*rules, **parts) if problem.code == code]
