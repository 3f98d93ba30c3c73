"""Tables and named choices of parameters: what is told about them before they go live."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks import check
from rules.document import Document
from tests.rules.cases import rule
from tests.rules.checks.declared import catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}
STATES = {"draft": 1, "issued": 2, "paid": 3}


def told(default: Any, by: str = "invoice.state", at: str | None = None, **changes: Any) -> list[tuple[str, str, str]]:
    declared = {"type": {"by": by, "of": "integer"}, "default": default} | changes.pop("declared", {})
    asked = {"param": "t", "at": {"fact": at or by}} | changes.pop("asked", {})
    leaf = {"fact": "invoice.lines", "op": "gt", "value": {key: value for key, value in asked.items() if value}}
    document = Document({"params": {"t": declared}, "rules": [rule("r", "invoice.paid", if_=leaf, then=[MAIL])]})
    found = check([document, *changes.pop("others", [])], catalog())
    return [(problem.severity, problem.pointer, problem.message) for problem in found]


@pytest.mark.parametrize(
    ("default", "by"),
    [
        (STATES, "invoice.state"),
        ({"paid": 3, "else": 1}, "invoice.state"),
        ({"true": 3, "false": 1}, "invoice.sent"),
        ({"1": 3, "else": 1}, "invoice.lines"),
    ],
)
def test_tables_that_cover_their_fact(default: Any, by: str) -> None:
    assert told(default, by) == []


@pytest.mark.parametrize(
    ("default", "by", "severity", "pointer", "said"),
    [
        ({"paid": 3}, "invoice.state", "error", "/params/t/default", "nothing for invoice.state draft, issued"),
        (STATES | {"payd": 1}, "invoice.state", "error", "/params/t/default/payd", "Did you mean paid"),
        ({"true": 3}, "invoice.sent", "error", "/params/t/default", "false"),
        ({"1": 3}, "invoice.lines", "warning", "/params/t/default", 'add "else"'),
        ({"else": 3}, "invoice.total", "error", "/params/t/default", "no key of a table"),
        ({"paid": "x", "else": 3}, "invoice.state", "error", "/params/t/default", 'for "paid"'),
    ],
)
def test_tables_that_do_not(default: Any, by: str, severity: str, pointer: str, said: str) -> None:
    [found] = told(default, by)
    assert found[:2] == (severity, pointer)
    assert said in found[2]


def test_a_fact_that_is_asked_instead_is_covered_too() -> None:
    [found] = told(STATES, at="invoice.lines")
    assert found[:2] == ("warning", "/rules/0/if/value/at")
    assert told(STATES, at="transition.to") == []
    [found] = told({"paid": 1, "else": 2} | {"draft": 3}, at="invoice.total")
    assert found[:2] == ("error", "/rules/0/if/value/at")


@pytest.mark.parametrize(
    ("changes", "pointer", "said"),
    [
        ({"asked": {"at": None}}, "/rules/0/if/value/param", "add at: {fact: invoice.state}"),
        ({"asked": {"at": {"fact": "invoice.nope"}}}, "/rules/0/if/value/at/fact", "no fact"),
        ({"declared": {"type": "integer", "default": 5}}, "/rules/0/if/value/at", "no table"),
    ],
)
def test_a_table_is_asked_as_a_table(changes: dict[str, Any], pointer: str, said: str) -> None:
    [found] = told(STATES, **changes)
    assert found[:2] == ("error", pointer)
    assert said in found[2]


def test_keys_of_an_overlay_are_values_of_the_fact() -> None:
    good, bad = (Document({"set": "customer:1", "params": {"t": {key: 7}}}) for key in ("paid", "payd"))
    assert told(STATES, others=[good]) == []
    [found] = told(STATES, others=[bad])
    assert found[:2] == ("error", "/params/t/payd")


@pytest.mark.parametrize(
    ("leaf", "pointer", "said"),
    [
        ({"op": "eq", "value": "cancle"}, "/rules/0/if/value", "Did you mean cancel"),
        ({"op": "in", "value": ["cancel", "x"]}, "/rules/0/if/value", "never"),
        ({"op": "eq", "value": 5}, "/rules/0/if/value", "never true"),
        ({"op": "any_item", "value": {"op": "eq", "value": "x"}}, "/rules/0/if/op", "which is text"),
        ({"op": "changed"}, "/rules/0/if/op", "does not change"),
        ({"op": "eq", "value": "cancel"}, "", ""),
    ],
)
def test_a_parameter_on_the_left(leaf: dict[str, Any], pointer: str, said: str) -> None:
    declared = {"type": {"one_of": ["cancel", "leave"]}, "default": "cancel"}
    written = rule("r", "invoice.paid", if_={"param": "give_up", **leaf}, then=[MAIL])
    found = check([Document({"params": {"give_up": declared}, "rules": [written]})], catalog())
    assert [(problem.severity, problem.pointer) for problem in found] == [("error", pointer)] * bool(pointer)
    assert all(said in problem.message for problem in found)
