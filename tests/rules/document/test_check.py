"""The shape of documents: each problem names its rule and pointer, and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from rules.document import Document, check_document, content_hash, load
from tests.rules.cases import SHARED, needs_shared, rule


def problems(data: Any) -> list[tuple[str, str, str]]:
    return [(p.rule, p.pointer, p.message) for p in check_document(Document(data))]


EQ = {"fact": "a", "op": "eq", "value": 1}
DEEP = {"fact": "a", "op": "eqq", "value": 1}
for _ in range(16):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"iff": EQ}, "/rules/0", "Did you mean if?"),
        ({"if_": EQ | {"op": "equals"}}, "/rules/0/if/op", "not known"),
        ({"if_": EQ | {"valu": 1}}, "/rules/0/if", "Did you mean value?"),
        ({"if_": {"fact": "a", "op": "eq"}}, "/rules/0/if", '"value" is missing'),
        ({"if_": {"fact": "a", "op": "changed", "value": 1}}, "/rules/0/if/value", "changed takes none"),
        ({"if_": {"fact": "a", "op": "exists", "value": 1}}, "/rules/0/if/value", "true or false"),
        ({"if_": {"fact": "a b", "op": "eq", "value": 1}}, "/rules/0/if/fact", "path of a fact"),
        ({"if_": {"fact": "a", "op": "in", "value": "x"}}, "/rules/0/if/value", "a list of values"),
        ({"if_": {"fact": "a", "op": "between", "value": [1]}}, "/rules/0/if/value", "at least 2"),
        ({"if_": {"fact": "a", "op": "eq", "value": {"mony": 1}}}, "/rules/0/if/value", "{money}"),
        ({"if_": {"fact": "a", "op": "eq", "value": {"money": "5"}}}, "/rules/0/if/value/money", "500.00 RON"),
        ({"if_": {"fact": "a", "op": "eq", "value": {"__class__": 1}}}, "/rules/0/if/value", "a value"),
        ({"if_": {"fact": "a", "op": "any_item", "value": 1}}, "/rules/0/if/value", "each member"),
        ({"if_": {"all": []}}, "/rules/0/if/all", "at least 1"),
        ({"if_": {"any": []}}, "/rules/0/if/any", "at least 1"),
        ({"if_": {"all": [EQ], "any": [EQ]}}, "/rules/0/if", "not known here"),
        ({"if_": []}, "/rules/0/if", "a condition"),
        ({"if_": DEEP}, "/rules/0/if" + "/not" * 16 + "/op", "Did you mean eq?"),
        ({"when": []}, "/rules/0/when", "at least 1"),
        ({"when": 5}, "/rules/0/when", "event type"),
        ({"when": "a b"}, "/rules/0/when", "event type"),
        ({"when": "a\n"}, "/rules/0/when", "a\\n"),
        ({"priority": 1.5}, "/rules/0/priority", "whole number"),
        ({"from": "soon"}, "/rules/0/from", "2026-03-01"),
        ({"then": [{"target": "x"}]}, "/rules/0/then/0", '"do" is missing'),
        ({"then": [{"do": "x", "after": "soon"}]}, "/rules/0/then/0/after", "duration"),
        ({"then": [{"do": "x", "otherwise": False}]}, "/rules/0/then/0/otherwise", "write true"),
        ({"then": [{"do": "x", "if_refused": "retry"}]}, "/rules/0/then/0/if_refused", "skip"),
        ({"then": [{"do": "x"}, {"do": "x"}]}, "/rules/0/then/1", "id of its own"),
        ({"once": {"every": "7d"}}, "/rules/0/once", '"per" is missing'),
    ],
)
def test_each_problem_has_rule_pointer_and_advice(parts: dict[str, Any], pointer: str, said: str) -> None:
    found = problems({"rules": [rule("bad", **parts)]})
    assert [(key, where) for key, where, _ in found] == [("bad", pointer)] * len(found)
    assert any(said in message for _, _, message in found), found


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ([], ""),
        ({"rulez": []}, ""),
        ({"rules": [5]}, "/rules/0"),
        ({"set": "Customer 17"}, "/set"),
        ({"params": {"p": {"type": "float", "default": 1}}}, "/params/p/type"),
        ({"params": {"p": {"default": 1}}}, "/params/p"),
        ({"params": {"p": {"type": {"by": "a.b"}, "default": 1}}}, "/params/p/type"),
        ({"params": {"p": {"type": {"by": "a.b", "of": "float"}, "default": {"else": "x"}}}}, "/params/p/type/of"),
        ({"params": {"p": {"type": {"by": "a", "of": "text", "one_of": ["x"]}, "default": "x"}}}, "/params/p/type"),
        ({"set": "customer:17", "mute": {"a": 5}}, "/mute/a"),
        ({"set": "customer:17", "change": {"a": 5}}, "/change/a"),
        ({"set": "customer:17", "change": {"a": {}}}, "/change/a"),
        ({"set": "house", "change": {"a": {"/then": []}}}, "/change"),
        ({"set": "house", "mute": {"a": "why"}}, "/mute"),
        ({1: 2}, ""),
        ({"rules": [{"key": "a", "when": "x", "note": {1, 2}}]}, "/rules/0/note"),
    ],
)
def test_sets_of_a_wrong_shape(data: Any, pointer: str) -> None:
    assert [where for _, where, _ in problems(data)] == [pointer]


def test_two_rules_cannot_have_one_key() -> None:
    [(key, pointer, message)] = problems({"rules": [rule("a"), rule("b"), rule("a")]})
    assert (key, pointer) == ("a", "/rules/2/key")
    assert "another key" in message


@needs_shared
def test_the_whole_language_fits_the_schema() -> None:
    text = (SHARED / "data" / "rules_examples.yaml").read_text(encoding="utf-8")
    loaded = load(text, name="rules_examples.yaml")
    assert loaded.documents[0].rules
    assert loaded.problems == ()


def test_the_content_hash_does_not_hang_on_the_writing() -> None:
    one = load("set: house\nrules: [{when: x, key: a}]").documents[0]
    other = load('{"rules": [{"key": "a", "when": "x"}], "set": "house"}').documents[0]
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(load("rules: [{when: x, key: b}]").documents[0])


def test_a_file_of_bad_rules_is_told_about_the_first_ones() -> None:
    found = problems({"rules": [rule(f"r{number}", iff=1) for number in range(1_000)]})
    assert len(found) == 201
    assert found[-1][1:] == ("/rules", "800 more rules do not fit; correct these first and check again")
