"""A rule of a group that an earlier one always runs before."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks import check
from rules.document import Document
from tests.rules.cases import rule
from tests.rules.checks.declared import catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}
PAID = {"fact": "invoice.state", "op": "eq", "value": "paid"}
SENT = {"fact": "invoice.sent", "op": "eq", "value": True}


def member(key: str, when: Any = "invoice.paid", **parts: Any) -> dict[str, Any]:
    return rule(key, when, **{"then": [MAIL], "group": "g", **parts})


def told(*rules: dict[str, Any], overlay: list[dict[str, Any]] | None = None) -> list[tuple[str, str, str]]:
    documents = [Document({"rules": list(rules)})]
    if overlay is not None:
        documents.append(Document({"set": "customer:1", "rules": overlay}))
    return [(found.severity, found.rule, found.pointer) for found in check(documents, catalog())]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({}, {"if_": PAID}),
        ({"if_": PAID}, {"if_": PAID}),
        ({"if_": PAID}, {"if_": {"all": [SENT, PAID]}}),
        ({"if_": {"not": {"any": [PAID, SENT]}}}, {"if_": {"all": [{"not": {"any": [PAID, SENT]}}, SENT]}}),
        ({"when": "invoice.*"}, {}),
        ({"when": "*"}, {"when": ["invoice.paid", "invoice.issued"]}),
        ({}, {"until": "2027-01-01"}),
    ],
)
def test_covered(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert told(member("a", **first), member("b", **second)) == [("warning", "b", "/rules/1/group")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"group": "h"}, {}),
        ({"priority": 200}, {"if_": PAID}),
        ({"if_": PAID}, {}),
        ({"if_": PAID}, {"if_": SENT}),
        ({"until": "2027-01-01"}, {}),
        ({}, {"when": "invoice.*"}),
        ({"if_": {"all": [SENT, PAID]}}, {"if_": PAID}),
    ],
)
def test_not_covered(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert told(member("a", **first), member("b", **second)) == []


def test_an_overlays_rule_is_covered_by_the_houses() -> None:
    assert told(member("a"), overlay=[member("b")]) == [("warning", "b", "/rules/0/group")]
    assert told(member("b", if_=PAID), overlay=[member("a")]) == []
