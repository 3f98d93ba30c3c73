"""Documents that were made to harm: each is refused with a sentence, or is harmless; and none takes long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.checks import check
from rules.document import Document, load
from rules.facts import View
from rules.matching import matching_rules
from rules.templates import NotRendered, render
from tests.rules.cases import event, rule
from tests.rules.checks.declared import catalog

MAIL = {"do": "notify.email", "with": {"template": "x"}}


def said(data: Any) -> list[str]:
    """Every error about a document, of shape and of meaning."""
    return [problem.message for problem in check([Document(data)], catalog()) if problem.severity == "error"]


def of(**parts: Any) -> dict[str, Any]:
    return {"rules": [rule("r", "invoice.paid", then=parts.pop("then", [MAIL]), **parts)]}


def nested(levels: int, around: str = "not") -> dict[str, Any]:
    made: dict[str, Any] = {"fact": "invoice.lines", "op": "eq", "value": 1}
    for _level in range(levels):
        made = {around: made} if around == "not" else {around: [made]}
    return made


EQ = {"fact": "invoice.lines", "op": "eq"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (of(if_=nested(500)), "nested deeper than 40 levels"),
        (of(if_=nested(5_000, "all")), "nested deeper than 40 levels"),
        (of(if_={"any": [nested(0)] * 1_001}), "at most 1000"),
        (of(if_=EQ | {"op": "in", "value": list(range(100_000))}), "at most 1000"),
        (of(if_=EQ | {"value": [[[]] * 1_001]}), "at most 1000"),
        (of(then=[{**MAIL, "id": f"s{number}"} for number in range(101)]), "at most 100"),
        (of(if_={"all": [EQ | {"value": 1}] * 600_000}), "at most 1000"),
        ({"rules": [rule("a", "x", tags=["x"] * 900)] * 600}, "more than 500000 values"),
        (of(if_=EQ | {"value": 10**4_000}), "too many digits"),
        (of(if_=EQ | {"value": "x" * 10_001}), "does not fit"),
        (of(if_=EQ | {"value": float("inf")}), "no number"),
        (of(title="x" * 10_001), "10000 characters"),
        (of(if_={"fact": "a." * 500 + "a", "op": "eq", "value": 1}), "path of a fact"),
        (of(if_={"fact": "invoice.__class__.__mro__", "op": "eq", "value": 1}), "no fact"),
        (of(if_={"__proto__": {"op": "eq"}, "fact": "invoice.lines", "op": "eq", "value": 1}), "not known here"),
        (of(if_=EQ | {"value": {"__proto__": 1}}), "a value"),
        (of(if_=EQ | {"value": {"constructor": {"prototype": 1}}}), "a value"),
        (of(if_={"fact": "invoice.state", "op": "matches", "value": "(?P<x>a)(?=b)"}), "the pattern cannot be used"),
        (of(if_={"fact": "invoice.state", "op": "matches", "value": "(a|b)\\1"}), "the pattern cannot be used"),
        (of(if_={"fact": "invoice.state", "op": "matches", "value": "(" * 999}), "the pattern cannot be used"),
        (of(if_={"fact": "invoice.state", "op": "matches", "value": "((((a{1000}){1000}){1000}){1000})"}), "cannot be used"),
        (of(if_={"fact": "invoice.state", "op": "matches", "value": "a" * 1_001}), "1000 characters"),
        (of(then=[{"do": ""}]), "nothing is written here; write"),
        (of(then=[{"do": "__import__('os').system('x')"}]), "does not fit"),
        (of(then=[MAIL | {"with": {"template": "{{ x" + " | upcase" * 3_000 + " }}"}}]), "does not fit"),
        (of(then=[MAIL | {"with": {"template": "{% include 'secrets' %}"}}]), "the template cannot be used"),
        (of(then=[MAIL | {"with": {"template": "{% render '/etc/passwd' %}"}}]), "the template cannot be used"),
        (of(then=[MAIL | {"with": {"template": "{{ x | where: 'a' }}"}}]), "the template cannot be used"),
        (of(then=[MAIL | {"with": {"template": "{% if a %}" * 200 + "{% endif %}" * 200}}]), "the template cannot be used"),
        (of(then=[MAIL | {"with": {"__class__": 1, "template": "x"}}]), "no argument"),
        (of(then=[MAIL | {"target": "__dict__"}]), "not related"),
        ({"rules": [{"key": "../../etc/passwd", "when": "x"}]}, "a name of letters"),
        ({"rules": [{"key": "__proto__", "when": "x"}] * 2}, "two rules have the key"),
        ({"params": {"__proto__": {"type": "integer", "default": "x"}}}, "a whole number"),
        ({"set": "customer:1", "change": {"a": {"/__class__": 1}}, "rules": []}, ""),
    ],
)  # fmt: skip
def test_each_is_refused_with_a_sentence(data: Any, sentence: str) -> None:
    found = said(data)
    assert any(sentence in message for message in found) or (not sentence and isinstance(found, list)), found[:3]


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..50) %}{% for j in (1..50) %}{% for k in (1..50) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 40 + "{{ x }}",
        "{% capture x %}{{ x }}{{ x }}aaaa{% endcapture %}" * 40 + "{{ x }}",
        "{{ invoice.__class__.__mro__ }}",
        "{{ invoice.__init__.__globals__ }}",
        "{{ 'x' | replace: 'x', invoice.__dict__ }}",
        "{{ 10 | times: 1e308 | times: 1e308 | times: 1e308 | round }}",
        "{{ 'a' | date: '%1000000000Y' }}",
    ],
)
def test_a_template_cannot_take_over(text: str) -> None:
    """It is bounded, and sees neither Python nor files."""
    try:
        made = render(text, View(event({"invoice": {"state": "paid"}})))
    except NotRendered as refused:
        made = str(refused)
    assert made == "" or not ({"<class", "function", "object at"} & set(made.split()))
    assert len(made) <= 64_000


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y"])
def test_no_pattern_is_catastrophic(pattern: str) -> None:
    """RE2 is linear: what backtracks for ages elsewhere answers at once."""
    asked = rule("r", "invoice.issued", if_={"fact": "customer.vat", "op": "matches", "value": pattern})
    matching_rules([asked], event({"customer": {"vat": "a" * 50_000 + "!"}}))
    assert said({"rules": [asked | {"when": "invoice.paid", "then": [MAIL]}]}) == []


def test_names_that_mean_something_elsewhere_are_only_names() -> None:
    for name in ("__proto__", "constructor", "__class__", "toString", "hasOwnProperty"):
        asked = rule(name, "x.y", if_={"fact": f"free.{name}", "op": "exists", "value": True})
        assert matching_rules([asked], event({"free": {}}, type="x.y")) == []
        assert matching_rules([asked], event({"free": {name: 1}}, type="x.y")) == [name]


def test_a_bomb_of_aliases_that_stays_small_enough_is_only_large() -> None:
    levels = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    levels += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 5)]
    loaded = load("\n".join(levels))
    assert not loaded.ok
    assert all("not known here" in problem.message for problem in loaded.problems)


def test_conditions_that_branch_without_end_are_not_decided_and_do_not_hang() -> None:
    wide = {"all": [{"any": [EQ | {"value": 2 * one + two} for two in range(2)]} for one in range(60)]}
    either = {"any": [{"all": [EQ | {"value": one}, EQ | {"value": one + 1}]} for one in range(900)]}
    found = check([Document(of(if_=wide))], catalog())
    assert [problem.code for problem in found] == ["never-true"]
    assert {problem.code for problem in check([Document(of(if_=either))], catalog())} <= {"never-true", "undecided"}


def test_json_that_is_deep_in_a_change_is_refused_too() -> None:
    house = Document(of(if_=nested(1)))
    overlay = Document({"set": "customer:1", "change": {"r": {"/if": nested(500)}}})
    assert any("nested deeper" in problem.message for problem in check([house, overlay], catalog()))
    text = json.dumps({"set": "customer:1", "mute": {"r": "x" * 1_000_000}})
    assert load(text).ok
