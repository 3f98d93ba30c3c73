"""A rule of a group that an earlier one always runs before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.checks import check
from rules.document import Document
from rules.matching import matching_rules
from tests.rules.cases import rule
from tests.rules.checks.declared import catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}
PAID = {"fact": "invoice.state", "op": "eq", "value": "paid"}
MANY = {"fact": "invoice.lines", "op": "between", "value": [3, 9]}
SENT = {"fact": "invoice.sent", "op": "eq", "value": True}


def member(key: str, when: Any = "invoice.paid", **parts: Any) -> dict[str, Any]:
    return rule(key, when, **{"then": [MAIL], "group": "g", **parts})


def told(*rules: dict[str, Any], overlay: list[dict[str, Any]] | None = None) -> list[tuple[str, str, str]]:
    documents = [Document({"rules": list(rules)})]
    if overlay is not None:
        documents.append(Document({"set": "customer:1", "rules": overlay}))
    found = check(documents, catalog())
    return [(one.severity, one.rule, one.pointer) for one in found if one.code != "same-twice"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({}, {"if_": PAID}),
        ({"if_": PAID}, {"if_": PAID}),
        ({"if_": PAID}, {"if_": {"all": [SENT, PAID]}}),
        ({"if_": {"not": {"any": [PAID, SENT]}}}, {"if_": {"all": [{"not": {"any": [PAID, SENT]}}, MANY]}}),
        ({"if_": {"any": [PAID, SENT]}}, {"if_": SENT}),
        ({"if_": {"fact": "invoice.lines", "op": "gte", "value": 2}}, {"if_": MANY}),
        ({"if_": {"fact": "invoice.lines", "op": "exists", "value": True}}, {"if_": MANY}),
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


def twice(first: Any, second: Any, **parts: Any) -> list[Any]:
    found = check(
        [Document({"rules": [member("a", if_=first, group="x"), member("b", if_=second, group="y", **parts)]})],
        catalog(),
    )
    return [one for one in found if one.code == "same-twice"]


def test_rules_that_do_the_same() -> None:
    [always] = twice(None, SENT)
    assert (always.severity, always.rule, always.pointer) == ("warning", "b", "/rules/1/then")
    assert "always true where this rule is" in always.message
    [sometimes] = twice(PAID, SENT)
    assert "a second time" in sometimes.message
    for problem in (always, sometimes):
        assert problem.witness["event"]["facts"]["invoice"]["sent"] is True
    assert twice(MANY, {"fact": "invoice.lines", "op": "lt", "value": 3}) == []
    assert twice(PAID, SENT, then=[{"do": "server.restart"}]) == []


WIDE = st.sampled_from(
    [None, MANY, SENT, {"any": [MANY, SENT]}, {"not": SENT}, {"fact": "invoice.lines", "op": "gt", "value": 3}]
)


@settings(max_examples=80)
@given(WIDE, WIDE, st.integers(2, 10), st.none() | st.booleans())
def test_no_event_shows_that_a_covered_rule_is_not(first: Any, second: Any, lines: int, sent: bool | None) -> None:
    if told(member("a", if_=first), member("b", if_=second)) != [("warning", "b", "/rules/1/group")]:
        return
    event = {"id": "1", "type": "invoice.paid", "subject": "invoice:1", "at": "2026-03-01T10:00:00Z",
             "facts": {"invoice": {"lines": lines, "sent": sent}}}  # fmt: skip
    keys = matching_rules([member("a", if_=first), member("b", if_=second)], event)
    assert "b" not in keys or "a" in keys
