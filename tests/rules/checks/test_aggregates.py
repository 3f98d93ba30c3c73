"""What is told about aggregates and rows before they go live."""

from __future__ import annotations

from typing import Any

import pytest

from core.catalog import Relation
from rules.checks import check
from rules.document import Document
from tests.rules.cases import rule
from tests.rules.checks.declared import Catalog, catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}
COUNT = {"count": "customer.invoices", "op": "gte", "value": 3}
SUM = {"sum": "customer.invoices", "take": "item.total", "op": "gte", "value": {"money": "5.00 RON"}}
CLOSE = {"do": "server.restart", "each": "invoice.servers", "target": "item"}


def declared() -> Catalog:
    made = catalog()
    for noun, relations in (
        ("customer", (Relation("invoices", "invoice"),)),
        ("invoice", (Relation("servers", "server", 3),)),
    ):
        made.machines.get(noun).relations.update({one.name: one for one in relations})  # type: ignore[attr-defined]
    return made


def told(**parts: Any) -> list[tuple[str, str, str]]:
    document = Document({"rules": [rule("checked", **{"when": "invoice.paid", "then": [MAIL], **parts})]})
    found = check([document], declared())
    return [(problem.severity, problem.pointer.removeprefix("/rules/0"), problem.message) for problem in found]


@pytest.mark.parametrize(
    "parts",
    [
        {"if_": COUNT},
        {"if_": SUM},
        {"if_": {"max": "customer.invoices", "take": "item.lines", "op": "between", "value": [1, 2]}},
        {"if_": {"fact": "invoice.total", "op": "lt", "value": {"sum": "customer.invoices", "take": "item.total"}}},
        {"if_": COUNT | {"if": {"fact": "item.state", "op": "eq", "value": {"fact": "invoice.state"}}}},
        {"if_": {"count": "invoice.paid", "of": "customer", "within": "7d", "op": "eq", "value": 1}},
        {
            "if_": {"count": "invoice.paid", "within": "7d", "op": "eq", "value": 1}
            | {"if": {"fact": "item.customer.tags", "op": "contains", "value": "x"}}
        },
        {"if_": {"count": "invoice.paid", "since": "invoice.issued", "op": "eq", "value": 1}},
        {"then": [CLOSE | {"if": {"fact": "item.load", "op": "gt", "value": 5}}]},
        {"then": [{"each": "invoice.servers", "then": [{"do": "server.restart", "target": "item"}]}]},
        {"then": [CLOSE], "limit": {"actions": 3, "within": "1h"}},
        {"when": "*", "if_": COUNT},
    ],
)
def test_what_fits_has_no_problems(parts: dict[str, Any]) -> None:
    assert told(**parts) == []


@pytest.mark.parametrize(
    ("parts", "severity", "pointer", "said"),
    [
        ({"if_": COUNT | {"count": "customer.invoicez"}}, "error", "/if/count", "Did you mean customer.invoices?"),
        ({"if_": COUNT | {"count": "order.items"}}, "error", "/if/count", '"order" is not related'),
        ({"if_": COUNT | {"value": "3"}}, "error", "/if/value", "is compared with text"),
        (
            {"if_": COUNT | {"value": {"money": "3.00 RON"}}},
            "error",
            "/if/value",
            "is number and is compared with money",
        ),
        ({"if_": COUNT | {"op": "contains"}}, "error", "/if/op", "cannot be asked of an aggregate"),
        ({"if_": SUM | {"value": 5}}, "error", "/if/value", "is money and is compared with number"),
        ({"if_": SUM | {"take": "item.sent"}}, "error", "/if/take", "cannot take item.sent, which is boolean"),
        ({"if_": SUM | {"take": "item.due_at"}}, "error", "/if/take", "which is text"),
        ({"if_": SUM | {"take": "item.tota"}}, "error", "/if/take", "Did you mean item.total"),
        (
            {"if_": {"min": "customer.invoices", "take": "item.due_at", "op": "before", "value": "2026-03-01"}},
            "warning",
            "/if/take",
            "is not set",
        ),
        (
            {"if_": COUNT | {"if": {"fact": "item.state", "op": "eq", "value": "isued"}}},
            "error",
            "/if/if/value",
            "Did you mean issued?",
        ),
        (
            {"if_": COUNT | {"if": {"fact": "item.lines.was", "op": "eq", "value": 1}}},
            "error",
            "/if/if/fact",
            "no former",
        ),
        (
            {"if_": {"count": "invoice.payd", "within": "7d", "op": "eq", "value": 1}},
            "error",
            "/if/count",
            "Did you mean invoice.paid",
        ),
        (
            {"if_": {"count": "invoice.paid", "of": "order", "within": "7d", "op": "eq", "value": 1}},
            "error",
            "/if/of",
            "not related",
        ),
        (
            {"if_": {"count": "invoice.paid", "since": "invoice.isued", "op": "eq", "value": 1}},
            "error",
            "/if/since",
            "Did you mean invoice.issued",
        ),
        ({"then": [CLOSE | {"each": "invoice.server"}]}, "error", "/then/0/each", "Did you mean invoice.servers?"),
        ({"then": [CLOSE | {"each": "customer.invoices"}]}, "error", "/then/0/target", "would be done to invoice"),
        (
            {"then": [CLOSE | {"if": {"fact": "item.lod", "op": "gt", "value": 1}}]},
            "error",
            "/then/0/if/fact",
            "item.load",
        ),
        ({"then": [CLOSE, MAIL | {"needs": "server.restart"}]}, "error", "/then/1/needs", "is done for each row"),
        (
            {"then": [CLOSE], "limit": {"actions": 2, "within": "1h"}},
            "warning",
            "/limit/actions",
            "may ask for 3 actions",
        ),
        (
            {"then": [{"each": "invoice.servers", "then": [{"do": "server.restrt", "target": "item"}]}]},
            "error",
            "/then/0/then/0/do",
            "Did you mean server.restart",
        ),
        (
            {"then": [MAIL | {"with": {"template": "x", "amount": {"count": "customer.invoicez"}}}]},
            "error",
            "/then/0/with/amount/count",
            "customer.invoices",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_its_place(parts: dict[str, Any], severity: str, pointer: str, said: str) -> None:
    found = told(**parts)
    assert [(level, where) for level, where, _message in found] == [(severity, pointer)], found
    assert said in found[0][2]
