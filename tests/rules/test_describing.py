"""Differences as sentences."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from rules.describing import differences, shown
from rules.parts import patch
from tests.rules.cases import rule
from tests.rules.random_documents import documents


def house(*rules: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {"set": "house", "params": params, "rules": list(rules)}


@given(documents)
def test_there_is_a_sentence_where_and_only_where_something_differs(three: Any) -> None:
    old, new, _other = three
    assert bool(differences(old, new)) is bool(patch(old, new))


def big(amount: str) -> dict[str, Any]:
    return {"fact": "order.total", "op": "gte", "value": {"money": amount}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            house(rule("r", if_=big("500.00 RON"))),
            house(rule("r", if_=big("400.00 RON"))),
            ['rule "r" at if: from 500.00 RON to 400.00 RON'],
        ),
        (
            house(d={"type": "integer", "default": 3}),
            house(d={"type": "integer", "default": 5}),
            ['parameter "d": from 3 to 5'],
        ),
        (house(), house(rule("r", title="New")), ['rule "r": new, New']),
        (house(rule("r")), house(), ['rule "r": taken away']),
        (house(rule("r")), house(rule("r", once={"per": "customer"})), ['rule "r" at once: new, {"per": "customer"}']),
        (
            house(rule("r", if_={"all": [big("5.00 RON"), {"fact": "x", "op": "exists", "value": True}]})),
            house(rule("r", if_={"all": [big("6.00 RON")]})),
            [
                'rule "r" at if, all, order.total: from 5.00 RON to 6.00 RON',
                'rule "r" at if, all, x: taken away; it was x exists true',
            ],
        ),
        (
            {"set": "customer:1", "mute": {"r": "asked"}, "params": {"d": 1}},
            {"set": "customer:1", "change": {"r": {"/title": "x"}}, "params": {"d": 2}},
            ['muted rule "r": taken away', 'changed rule "r": new', 'parameter "d": from 1 to 2'],
        ),
    ],
)
def test_sentences(old: dict[str, Any], new: dict[str, Any], said: list[str]) -> None:
    assert differences(old, new) == said


def test_values_are_shown_as_people_read_them() -> None:
    assert shown({"money": "5.00 RON"}) == "5.00 RON"
    assert shown({"param": "days"}) == "the parameter days"
    assert shown(["1d", "3d"]) == "1d, 3d"
    assert shown(True) == "true"
    assert len(shown("x" * 1000)) < 130


def test_aggregates_are_shown_as_people_read_them() -> None:
    paid = {"fact": "item.state", "op": "eq", "value": "paid"}
    owed = {"sum": "customer.invoices", "take": "item.total", "if": paid, "op": "gte", "value": {"money": "5.00 RON"}}
    assert shown(owed) == "sum of item.total of customer.invoices where item.state eq paid gte 5.00 RON"
    week = {"count": "payment.failed", "of": "customer", "within": "7d"}
    assert shown(week) == "count of payment.failed of customer within 7d"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"date": "invoice.due_at"}, "invoice.due_at"),
        ({"date": "invoice.due_at", "offset": "-3d"}, "3d before invoice.due_at"),
        ({"date": "invoice.due_at", "offset": ["1d", "3d"], "at": "10:00"}, "1d, 3d after invoice.due_at, at 10:00"),
        ({"date": "invoice.due_at", "offset": {"param": "days"}}, "the parameter days after invoice.due_at"),
        ({"state": "service.suspended", "for": "14d"}, "14d in service.suspended"),
        ({"schedule": "0 8 * * *"}, "on the schedule 0 8 * * *"),
        (
            {"schedule": "0 8 * * *", "each": "invoice", "in": ["issued", "overdue"]},
            "on the schedule 0 8 * * *, for each invoice in issued, overdue",
        ),
    ],
)
def test_times_are_shown_as_people_read_them(value: dict[str, Any], said: str) -> None:
    assert shown(value) == said
