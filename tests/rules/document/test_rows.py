"""Rows are spoken of where there are rows, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from rules.document import Document
from rules.matching import try_rules
from tests.rules.cases import rule

ITEM = {"fact": "item.state", "op": "eq", "value": "active"}
COUNT = {"count": "customer.invoices", "op": "gte", "value": 3}


def problems(**parts: Any) -> list[tuple[str, str]]:
    rules, found = try_rules(Document({"rules": [rule("it", **parts)]}))
    assert bool(rules) != bool(found)
    return [(problem.pointer.removeprefix("/rules/0"), problem.message) for problem in found]


@pytest.mark.parametrize(
    "parts",
    [
        {"if_": COUNT | {"if": ITEM}},
        {"if_": {"not": {"sum": "customer.invoices", "take": "item.total", "op": "lt", "value": 3}}},
        {"if_": {"count": "payment.failed", "of": "customer", "within": "7d", "if": ITEM, "op": "eq", "value": 1}},
        {"if_": {"fact": "order.total", "op": "lt", "value": {"max": "order.invoices", "take": "item.total"}}},
        {
            "then": [
                {"do": "x", "each": "order.items", "if": ITEM, "target": "item", "with": {"a": {"fact": "item.ref"}}}
            ]
        },
        {
            "then": [
                {"each": "order.items", "if": ITEM, "then": [{"do": "x", "if": ITEM}, {"do": "y", "target": "item"}]}
            ]
        },
        {"then": [{"do": "x", "with": {"count": 3, "fact": "text", "sum": {"count": "order.items"}}}]},
        {"then": [{"do": "x", "each": "order.items", "if": {"all": [ITEM, COUNT]}}]},
    ],
)
def test_rows_and_aggregates_in_their_places(parts: dict[str, Any]) -> None:
    assert problems(**parts) == []


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"if_": {"fact": "observed.ab12", "op": "eq", "value": True}}, "/if/fact", "write the aggregate itself"),
        ({"if_": ITEM}, "/if/fact", "not asked of each row"),
        ({"if_": {"any": [COUNT | {"value": {"fact": "item.n"}}]}}, "/if/any/0/value/fact", "not asked of each row"),
        ({"then": [{"do": "x", "if": ITEM}]}, "/then/0/if/fact", "not asked of each row"),
        ({"then": [{"do": "x", "target": "item"}]}, "/then/0/target", "write each"),
        ({"then": [{"do": "x", "with": {"a": {"date": "item.at"}}}]}, "/then/0/with/a/date", "not asked of each row"),
        (
            {"then": [{"do": "x", "each": "order.items", "unless": ITEM}]},
            "/then/0/unless/fact",
            "not asked of each row",
        ),
        (
            {"then": [{"do": "x", "each": "order.items", "if": COUNT | {"value": {"fact": "item.n"}}}]},
            "/then/0/if/value/fact",
            "not asked of each row",
        ),
        (
            {"then": [{"each": "order.items", "then": [{"each": "order.items", "do": "x"}]}]},
            "/then/0/then/0/each",
            "rows have no rows",
        ),
        ({"then": [{"each": "order.items", "then": [{"do": "x"}, {"do": "x"}]}]}, "/then/0/then/1", "id of its own"),
        ({"then": [{"do": "x"}, {"each": "order.items", "then": [{"do": "x"}]}]}, "/then/1/then/0", "id of its own"),
        ({"then": [{"do": "x", "unless": COUNT}]}, "/then/0/unless", "facts alone"),
        ({"then": [{"do": "x", "each": "items"}]}, "/then/0/each", "no relation"),
        ({"if_": COUNT | {"take": "item.total"}}, "/if/take", "a count takes nothing"),
        ({"if_": {"sum": "customer.invoices", "op": "gt", "value": 1}}, "/if", "add take"),
        (
            {"if_": {"min": "customer.invoices", "take": "total", "op": "gt", "value": 1}},
            "/if/take",
            "no fact of a row",
        ),
        ({"if_": COUNT | {"of": "customer"}}, "/if/of", "needs within or since"),
        ({"if_": COUNT | {"within": "7d", "since": "a.b"}}, "/if/since", "take one of them out"),
        ({"if_": COUNT | {"within": "-7d"}}, "/if/within", "longer than nothing"),
        ({"if_": COUNT | {"count": "invoice.*", "within": "7d"}}, "/if/count", "one event type"),
        ({"if_": COUNT | {"if": COUNT}}, "/if/if", "inside another"),
        ({"if_": COUNT | {"sum": "customer.invoices"}}, "/if", "count and sum"),
        ({"if_": COUNT | {"count": "a.b.c"}}, "/if/count", "no relation"),
        ({"if_": {"fact": "a", "op": "eq", "value": {"count": "a.b", "tale": 1}}}, "/if/value", "not known here"),
    ],
)
def test_anything_else_is_refused_in_place(parts: dict[str, Any], pointer: str, said: str) -> None:
    found = problems(**parts)
    assert [where for where, _ in found] == [pointer] * len(found)
    assert any(said in message for _, message in found), found
