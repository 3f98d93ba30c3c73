"""What is told about rules before they go live: rule, pointer, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks import check
from rules.document import Document
from rules.document.load import load
from tests.rules.cases import SHARED, needs_shared, rule
from tests.rules.checks.declared import Catalog, catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}


def told(strict: bool = False, params: dict[str, Any] | None = None, **parts: Any) -> list[tuple[str, str, str]]:
    """Severity, pointer and message of each problem of one rule on invoice.paid that sends a mail."""
    written = rule("checked", **{"when": "invoice.paid", "then": [MAIL], **parts})
    document = Document({"params": params or {}, "rules": [written]})
    found = check([document], catalog(), strict)
    assert all(problem.rule == "checked" for problem in found if problem.pointer.startswith("/rules"))
    return [(problem.severity, problem.pointer, problem.message) for problem in found]


def leaf(fact: str, op: str, value: Any = ...) -> dict[str, Any]:
    return {"fact": fact, "op": op} | ({} if value is ... else {"value": value})


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"if_": leaf("event.at", "during", "office-hours")},
        {"then": [MAIL | {"after": "3wd", "hours": "office-hours"}]},
        {"when": "invoice.*"},
        {"when": "*"},
        {"if_": leaf("invoice.total", "gte", {"money": "5.00 RON"})},
        {"if_": leaf("invoice.total.change", "gt", {"money": "5.00 RON"})},
        {"if_": leaf("invoice.total.change_percent", "gt", 5)},
        {"if_": leaf("invoice.total.minor", "gt", 5)},
        {"if_": leaf("invoice.extra.deep.path", "eq", "x")},
        {"if_": leaf("invoice.state", "in", ["draft", "paid"])},
        {"if_": leaf("transition.to", "eq", "paid")},
        {"if_": leaf("customer.tags", "contains", "VIP")},
        {"if_": leaf("customer.tags", "any_item", {"op": "starts_with", "value": "v"})},
        {"if_": leaf("invoice.due_at", "before", {"date": "event.at", "offset": "1mo"})},
        {"if_": leaf("event.subject", "starts_with", "invoice:")},
        {"if_": leaf("invoice.lines", "changed")},
        {"then": [{"do": "invoice.close", "with": {"reason": "done"}}]},
        {"then": [{"do": "customer.close", "target": "customer", "with": {"reason": "{{ invoice.state }}"}}]},
        {"when": "disk.full", "if_": leaf("disk.used", "gt", 90)},
        {"then": [{**MAIL, "after": "2d", "unless": leaf("invoice.state", "eq", "paid")}]},
        {"once": {"per": "customer", "again_after": "invoice.issued"}},
    ],
)
def test_good_rules_have_no_problems(parts: dict[str, Any]) -> None:
    assert told(strict=True, **parts) == []


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"when": "invoice.payed"}, "/when", "Did you mean invoice.paid"),
        ({"when": ["invoice.paid", "invoice.voided"]}, "/when/1", "declare it"),
        ({"when": "invoice.x*"}, "/when", "no declared event fits"),
        ({"if_": leaf("invoice.totl", "eq", 1)}, "/if/fact", "Did you mean invoice.total"),
        ({"if_": leaf("server.load", "gt", 1)}, "/if/fact", "no event of this rule carries server.load"),
        ({"if_": leaf("event.typ", "eq", "x")}, "/if/fact", "event.type"),
        ({"if_": leaf("transition.too", "eq", "x")}, "/if/fact", "transition.to"),
        ({"if_": leaf("invoice.total", "contains", "x")}, "/if/op", "which is money"),
        ({"if_": leaf("invoice.sent", "gt", True)}, "/if/op", "which is boolean"),
        ({"if_": leaf("customer.tags", "lt", "x")}, "/if/op", "which is list"),
        ({"if_": leaf("invoice.total", "gte", 500)}, "/if/value", "{money: 500.00 RON}"),
        ({"if_": leaf("invoice.lines", "eq", "5")}, "/if/value", "without quotes"),
        ({"if_": leaf("invoice.sent", "eq", "yes")}, "/if/value", "true or false"),
        ({"if_": leaf("invoice.lines", "between", [1, "5"])}, "/if/value", "never true"),
        ({"if_": leaf("invoice.lines", "in", [1, "5"])}, "/if/value", "never true"),
        ({"if_": leaf("invoice.lines", "eq", {"fact": "invoice.state"})}, "/if/value", "never true"),
        ({"if_": leaf("invoice.lines", "eq", {"fact": "invoice.nope"})}, "/if/value/fact", "no fact"),
        ({"if_": leaf("invoice.lines", "eq", {"percent": 5, "of": {"fact": "invoice.total"}})}, "/if/value", "money"),
        ({"if_": leaf("invoice.due_at", "before", {"date": "invoice.nope"})}, "/if/value/date", "no fact"),
        ({"if_": leaf("customer.tags", "contains", 5)}, "/if/value", "never true"),
        ({"if_": leaf("customer.tags", "any_item", {"op": "eq", "value": 5})}, "/if/value", "never true"),
        ({"if_": leaf("invoice.state", "eq", "payd")}, "/if/value", "Did you mean paid"),
        ({"if_": leaf("invoice.state", "in", ["paid", "void"])}, "/if/value", "Possible: draft, issued, paid"),
        ({"if_": leaf("transition.from", "eq", "up")}, "/if/value", "never"),
        ({"when": "invoice.*", "if_": leaf("transition.from", "eq", "up")}, "/if/value", "never"),
        ({"if_": leaf("invoice.state", "eq", None)}, "/if/value", "exists"),
        ({"if_": leaf("invoice.state", "starts_with", 5)}, "/if/value", "never true"),
        ({"if_": {"not": {"all": [leaf("invoice.nope", "eq", 1)]}}}, "/if/not/all/0/fact", "no fact"),
        ({"then": [{"do": "notify.mail"}]}, "/then/0/do", "Did you mean notify.email"),
        ({"then": [{"do": "invoice.clos"}]}, "/then/0/do", "invoice.close"),
        ({"then": [{"do": "notify.email"}]}, "/then/0", 'needs "template"'),
        ({"then": [{"do": "notify.email", "with": {"template": 5}}]}, "/then/0/with/template", "does not fit"),
        ({"then": [MAIL | {"with": {"template": "x", "copies": 0}}]}, "/then/0/with/copies", "does not fit"),
        ({"then": [MAIL | {"with": {"template": "x", "copy": 1}}]}, "/then/0/with/copy", "Did you mean copies"),
        ({"then": [MAIL | {"target": "order"}]}, "/then/0/target", "write one of customer, invoice, subject"),
        ({"then": [{"do": "server.restart"}]}, "/then/0/do", "done to server"),
        ({"then": [{"do": "customer.close", "with": {"reason": "x"}}]}, "/then/0/do", "write target: customer"),
        ({"then": [MAIL | {"after": "-2d"}]}, "/then/0/after", "backwards"),
        ({"then": [MAIL | {"after": "-2wd"}]}, "/then/0/after", "backwards"),
        ({"then": [MAIL | {"hours": "ofice-hours"}]}, "/then/0/hours", "Did you mean office-hours"),
        ({"if_": leaf("event.at", "during", "night")}, "/if/value", "no calendar"),
        ({"if_": leaf("invoice.total", "during", "office-hours")}, "/if/op", "which is money"),
        ({"then": [MAIL | {"if": leaf("invoice.nope", "eq", 1)}]}, "/then/0/if/fact", "no fact"),
        ({"then": [MAIL | {"unless": leaf("invoice.state", "eq", "x")}]}, "/then/0/unless/value", "never"),
        ({"then": [MAIL | {"with": {"template": {"fact": "invoice.nope"}}}]}, "/then/0/with/template/fact", "no fact"),
        ({"once": {"per": "order"}}, "/once/per", "not related"),
        ({"once": {"per": "subject", "again_after": "invoice.nope"}}, "/once/again_after", "declare"),
        ({"if_": leaf("invoice.lines", "eq", {"param": "n"})}, "/if/value/param", "no parameter"),
        ({"then": [MAIL | {"with": {"template": "{{ params.n }}"}}]}, "/then/0/with/template", "no parameter"),
    ],
)
def test_errors(parts: dict[str, Any], pointer: str, said: str) -> None:
    found = [(where, message) for severity, where, message in told(**parts) if severity == "error"]
    assert [where for where, _ in found] == ["/rules/0" + pointer], found
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"when": "order.paid"}, "/when"),
        ({"when": "order.*"}, "/when"),
        ({"if_": leaf("total", "gt", 5)}, "/if/fact"),
        ({"if_": leaf("order.total", "gt", 5)}, "/if/fact"),
    ],
)
def test_what_is_under_no_declared_noun_is_a_warning_unless_strict(parts: dict[str, Any], pointer: str) -> None:
    for strict, severity in ((False, "warning"), (True, "error")):
        [found] = told(strict=strict, **parts)
        assert found[:2] == (severity, "/rules/0" + pointer)


@pytest.mark.parametrize(
    ("condition", "warns"),
    [
        (leaf("customer.vat", "ne", "x"), True),
        (leaf("customer.vat", "not_in", ["x"]), True),
        ({"not": leaf("customer.vat", "eq", "x")}, True),
        ({"not": leaf("customer.vat", "ne", "x")}, False),
        (leaf("customer.vat", "eq", "x"), False),
        (leaf("invoice.state", "ne", "paid"), False),
        ({"any": [leaf("customer.vat", "ne", "x"), leaf("customer.vat", "exists", False)]}, False),
    ],
)
def test_a_contrary_over_an_optional_fact_is_doubtful(condition: dict[str, Any], warns: bool) -> None:
    found = told(if_=condition)
    assert [severity for severity, _, _ in found] == ["warning"] * warns
    assert all("or it is not set" in message for _, _, message in found)


def test_a_rule_without_steps_does_nothing() -> None:
    [(severity, pointer, message)] = told(then=[])
    assert (severity, pointer) == ("warning", "/rules/0/then")
    assert "does nothing" in message


@pytest.mark.parametrize(
    ("declared", "pointer", "severity"),
    [
        ({"type": "integer", "default": "5"}, "/params/n/default", "error"),
        ({"type": "integer", "default": 5, "max": "x"}, "/params/n/max", "error"),
        ({"type": "integer", "default": 5, "max": 4}, "/params/n/default", "error"),
        ({"type": ["duration"], "default": ["1d"], "min": "2d"}, "/params/n/default", "error"),
    ],
)
def test_parameters_fit_their_own_declaration(declared: dict[str, Any], pointer: str, severity: str) -> None:
    found = told(params={"n": declared}, then=[MAIL | {"with": {"template": {"param": "n"}}}])
    assert [item[:2] for item in found] == [(severity, pointer)]


def test_an_unused_parameter_is_a_warning_and_a_wrong_kind_an_error() -> None:
    declared = {"n": {"type": "integer", "default": 5}}
    [(severity, pointer, _)] = told(params=declared)
    assert (severity, pointer) == ("warning", "/params/n")
    assert told(params=declared, if_=leaf("invoice.lines", "gt", {"param": "n"})) == []
    [(severity, pointer, message)] = told(params=declared, if_=leaf("invoice.state", "eq", {"param": "n"}))
    assert (severity, pointer) == ("error", "/rules/0/if/value")
    assert "never true" in message


def test_an_overlay_is_checked_with_its_house() -> None:
    house = Document(
        {
            "params": {"n": {"type": "integer", "default": 5, "max": 9}},
            "rules": [rule("a", "invoice.paid", then=[MAIL], if_=leaf("invoice.lines", "gt", {"param": "n"}))],
        }
    )
    good = Document({"set": "customer:1", "params": {"n": 9}, "mute": {"a": "why"}})
    assert check([house, good], catalog()) == []
    added = rule("b", "invoice.paid", then=[MAIL], if_=leaf("invoice.lines", "gt", {"param": "m"}))
    bad = Document({"set": "customer:1", "params": {"n": 10}, "mute": {"c": "why"}, "rules": [added]})
    found = check([house, bad], catalog())
    assert {problem.pointer for problem in found} == {"/params/n", "/mute/c", "/rules/0/if/value/param"}
    assert {problem.severity for problem in found} == {"error"}


def test_one_set_stands_once() -> None:
    [problem] = check([Document({"rules": []}), Document({"rules": []})], catalog())
    assert "put their rules together" in problem.message


def test_shape_and_meaning_are_told_together() -> None:
    rules = [
        rule("a", "invoice.paid", then=[MAIL], if_=leaf("x", "matches", "(")),
        rule("b", "invoice.nope", then=[MAIL]),
    ]
    found = check([Document({"rules": rules})], catalog())
    assert [(problem.rule, problem.pointer) for problem in found] == [
        ("a", "/rules/0/if/value"),
        ("b", "/rules/1/when"),
    ]


def test_every_problem_has_its_line() -> None:
    document = load("rules:\n- key: a\n  when: invoice.paid\n  then:\n  - do: nope\n").documents[0]
    assert [problem.line for problem in check([document], catalog())] == [5]


@needs_shared
@pytest.mark.parametrize("name", ["fines", "orders", "tickets"])
def test_rules_over_undeclared_events_have_only_warnings(name: str) -> None:
    text = (SHARED / "data" / "history" / f"{name}.rules.json").read_text(encoding="utf-8")
    documents = load(text, name="x.json").documents
    assert {problem.severity for problem in check(documents, Catalog())} == {"warning"}
    assert {problem.severity for problem in check(documents, Catalog(), strict=True)} == {"error", "warning"}


@pytest.mark.parametrize("within", [None, "5m", "3d", "90d", "12w", "60wd"])
def test_a_question_waits_from_five_minutes_to_ninety_days(within: str | None) -> None:
    ask = {"role": "operator"} | ({"within": within} if within else {})
    assert told(then=[MAIL | {"ask": ask}]) == []


@pytest.mark.parametrize("within", ["4m", "0d", "-1d", "91d", "13w", "4mo", "65wd"])
def test_a_question_that_waits_shorter_or_longer_is_refused(within: str) -> None:
    [(severity, pointer, says)] = told(then=[MAIL | {"ask": {"role": "operator", "within": within}}])
    assert (severity, pointer) == ("error", "/rules/0/then/0/ask/within")
    assert "at least 5m and at most 90d" in says


def test_a_question_for_a_role_that_nobody_has_is_refused() -> None:
    [(severity, pointer, says)] = told(then=[MAIL | {"ask": {"role": "operater"}}])
    assert (severity, pointer) == ("error", "/rules/0/then/0/ask/role")
    assert "operator" in says
