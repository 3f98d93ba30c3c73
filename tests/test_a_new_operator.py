"""An operator is declared in one place, and everything takes it from there: documents, matchers, checks, proofs, the editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_ui.editor.edits import edited
from admin_ui.editor.known import Known
from admin_ui.editor.model import Field
from admin_ui.editor.sections import sections_of, sentence_of
from admin_ui.rule_sentence import sentence
from core.catalog import EventType, Fact, Kind, MachineSpec
from rules.calendars import DEFAULT, find
from rules.checks import check
from rules.conditions import build_condition, leaves
from rules.document import Document, check_document
from rules.document.problem import Problem
from rules.facts import View
from rules.matchers.columnar import ColumnarMatcher
from rules.matchers.proof import proof_of
from rules.matchers.streamed import StreamedMatcher
from rules.matching import compile_rules
from rules.nearest_miss import nearest_miss
from rules.operators import Operator, Takes, operators
from rules.simulation.reading import _says
from tests.rules.cases import MATCHERS, event, rule, says
from tests.rules.checks.declared import Catalog
from tests.rules.matchers import random_rules

TEXT, LIST = frozenset({"text"}), frozenset({"list"})
MADE_UP = (
    Operator(
        "longer_than", "is longer than {wanted} characters",
        lambda seen, wanted: len(seen) > wanted if type(seen) is str and type(wanted) is int else None, "number", TEXT,
    ),
    Operator("in_capitals", "is in capitals", lambda seen, _: seen.isupper() if type(seen) is str else None, "nothing", TEXT),
    Operator(
        "of_digits", "is of digits: {wanted}",
        lambda seen, wanted: seen.isdigit() is wanted if type(seen) is str else None, "flag", TEXT,
    ),
    Operator("blank", "is blank", lambda seen, _: seen in (None, ""), "nothing", TEXT, always_known=True),
)  # fmt: skip
LONG = {"fact": "order.number", "op": "longer_than", "value": 3}
NAMES = [operator.name for operator in MADE_UP]
WANTED: dict[str, Any] = {"longer_than": 3, "of_digits": True}


@pytest.fixture(autouse=True, scope="module")
def made_up() -> Iterator[None]:
    for operator in MADE_UP:
        operators.add(operator.name, operator)
    yield
    for operator in MADE_UP:
        operators.remove(operator.name)


def of(name: str, path: str = "order.number") -> dict[str, Any]:
    return {"fact": path, "op": name} | ({"value": WANTED[name]} if name in WANTED else {})


def problems(*conditions: dict[str, Any]) -> list[Problem]:
    """What the checks of a catalog with orders say of the conditions of rules with these."""
    catalog = Catalog()
    facts = (
        Fact("number", Kind.TEXT), Fact("size", Kind.TEXT, choices=("S", "XL", "XXXXL")), Fact("lines", Kind.INTEGER),
        Fact("tags", Kind.LIST, of=Kind.TEXT), Fact("note", Kind.TEXT, optional=True), Fact("extra", Kind.ANY),
    )  # fmt: skip
    catalog.machines.add("order", MachineSpec("order", "order", ("new", "paid"), "new", facts, {}))
    catalog.calendars.add(DEFAULT, find(DEFAULT))
    catalog.event_types.add("order.paid", EventType("order.paid", noun="order"))
    written = [rule(f"r{place}", "order.paid", if_=one) for place, one in enumerate(conditions)]
    found = check([Document({"rules": written})], catalog, strict=True)
    return [problem for problem in found if not problem.pointer.endswith("/then")]


# documents


@pytest.mark.parametrize("name", NAMES)
def test_documents_may_have_it(name: str) -> None:
    test = {"op": "longer_than", "value": 3}
    held = [of(name), {"not": of(name)}, {"fact": "order.tags", "op": "any_item", "value": test}]
    assert [check_document(Document({"rules": [rule(if_=one)]})) for one in held] == [[], [], []]


@pytest.mark.parametrize(
    ("condition", "pointer", "said"),
    [
        ({"fact": "a", "op": "longer_then", "value": 3}, "/rules/0/if/op", "longer_than"),
        ({"fact": "a", "op": "longer_than"}, "/rules/0/if", '"value" is missing'),
        ({"fact": "a", "op": "in_capitals", "value": 3}, "/rules/0/if/value", "in_capitals takes none"),
        ({"fact": "a", "op": "of_digits", "value": 3}, "/rules/0/if/value", "write true or false"),
        ({"fact": "a", "op": "any_item", "value": {"op": "of_digits", "value": True}}, "/rules/0/if/value/op", "longer_than"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(condition: dict[str, Any], pointer: str, said: str) -> None:
    [problem] = check_document(Document({"rules": [rule(if_=condition)]}))
    assert (problem.pointer, said in problem.message) == (pointer, True)


# matchers


@pytest.mark.parametrize(
    ("seen", "expected"),
    [("abcd", (True, False, False, False)), ("ABC", (False, True, False, False)), ("1234", (True, False, True, False)),
     (5, (None, None, None, False)), (None, (None, None, None, True)), (["abcd"], (None, None, None, False)),
     (..., (None, None, None, True)), ("", (False, False, False, True))],
)  # fmt: skip
def test_every_matcher_says_the_same(seen: Any, expected: tuple[bool | None, ...]) -> None:
    happened = event({} if seen is ... else {"order": {"number": seen}})
    assert tuple(says(of(name), happened) for name in NAMES) == expected


paths = st.sampled_from(random_rules.PATHS)
made_up_leaves = (
    st.builds(of, st.sampled_from(NAMES), paths)
    | st.builds(lambda path, wanted: of("longer_than", path) | {"value": wanted}, paths, random_rules.operands)
    | st.builds(
        lambda path, op, wanted: {"fact": path, "op": op, "value": {"op": "longer_than", "value": wanted}},
        paths, st.sampled_from(["any_item", "all_items"]), random_rules.operands,
    )
)  # fmt: skip
joined = st.lists(made_up_leaves | random_rules.comparisons, min_size=1, max_size=3)
conditions = joined.map(lambda items: {"all": items}) | joined.map(lambda items: {"not": {"any": items}})
rule_lists = st.lists(st.tuples(st.sampled_from(random_rules.WHENS), conditions), min_size=1, max_size=6).map(
    lambda found: [rule(f"r{number}", when, if_=condition) for number, (when, condition) in enumerate(found)]
)


@settings(max_examples=60)
@given(rule_lists, st.lists(random_rules.events, min_size=1, max_size=8), random_rules.params)
def test_every_matcher_agrees_with_the_reference(
    rules: list[dict[str, Any]], happened: list[dict[str, Any]], params: dict[str, Any]
) -> None:
    reference = compile_rules(rules)
    expected = [reference.match(one, params) for one in happened]
    for name in MATCHERS:
        matcher = compile_rules(rules, name)
        assert [matcher.match(one, params) for one in happened] == expected, name
        assert getattr(matcher, "fallbacks", 0) == 0
        matcher.close()
    built = reference.rules  # type: ignore[attr-defined]
    assert ColumnarMatcher(built).match_many(happened, params) == expected


def test_batches_of_lines_say_the_same() -> None:
    rules = [rule(name, if_=of(name)) for name in NAMES]
    lines = [json.dumps(event({"order": {"number": seen}})) for seen in ("abcd", "ABC", "1234", 5, None)]
    answer = StreamedMatcher(compile_rules(rules).rules).ask(lines)  # type: ignore[attr-defined]
    assert answer.places == {"longer_than": [0, 2], "in_capitals": [1], "of_digits": [2], "blank": [4]}


# checks


@pytest.mark.parametrize(
    "condition",
    [
        LONG,
        {"all": [LONG, {"fact": "order.number", "op": "in", "value": ["a", "b"]}]},
        {"all": [LONG, of("of_digits"), {"not": of("in_capitals")}]},
        {"all": [LONG, {"not": {"fact": "order.number", "op": "longer_than", "value": 9}}]},
        {"all": [LONG, {"fact": "order.number", "op": "gt", "value": "b"}, {"fact": "order.number", "op": "lt", "value": "c"}]},
        {"fact": "order.size", "op": "longer_than", "value": 4},
        {"fact": "order.number", "op": "longer_than", "value": {"fact": "order.lines"}},
        {"fact": "order.tags", "op": "any_item", "value": {"op": "longer_than", "value": 70}},
        {"all": [of("blank", "order.note"), {"fact": "order.note", "op": "exists", "value": False}]},
        {"not": of("blank", "order.note")},
        {"not": {"fact": "order.note", "op": "changed"}},
        {"not": {"fact": "order.tags", "op": "all_items", "value": {"op": "longer_than", "value": 0}}},
    ],
)  # fmt: skip
def test_checks_say_nothing_false_of_it(condition: dict[str, Any]) -> None:
    assert [problem for problem in problems(condition) if problem.code != "undecided"] == []


def test_rules_that_only_it_tells_apart_are_not_said_to_repeat_each_other() -> None:
    found = problems(LONG, {**LONG, "value": 4}, of("in_capitals"))
    assert [problem for problem in found if problem.code != "undecided"] == []


@pytest.mark.parametrize(
    ("condition", "pointer", "said"),
    [
        ({"fact": "order.lines", "op": "longer_than", "value": 3}, "/if/op", "cannot be asked of order.lines, which is number"),
        ({**LONG, "value": "3"}, "/if/value", "longer_than is asked with a number, and this is text"),
        ({**LONG, "value": {"fact": "order.size"}}, "/if/value", "longer_than is asked with a number, and this is text"),
        ({**LONG, "value": None}, "/if/value", "null"),
    ],
)  # fmt: skip
def test_what_can_never_be_true_of_it_is_said(condition: dict[str, Any], pointer: str, said: str) -> None:
    [problem] = [one for one in problems(condition) if one.severity == "error"]
    assert (problem.pointer, said in problem.message) == (f"/rules/0{pointer}", True)


# words


@pytest.mark.parametrize(
    ("name", "seen", "said"),
    [
        ("longer_than", "abcd", 'order.number was "abcd", which is longer than 3 characters'),
        ("longer_than", "abc", 'order.number was "abc", needs longer than 3 characters'),
        ("longer_than", 5, "unknown: order.number is 5, which cannot be compared here"),
        ("longer_than", None, "unknown: order.number is not set"),
        ("in_capitals", "abc", 'order.number was "abc", needs in capitals'),
        ("in_capitals", "ABC", 'order.number was "ABC", which is in capitals'),
        ("in_capitals", 5, "unknown: order.number is 5, which cannot be compared here"),
        ("blank", None, "order.number was not set, which is blank"),
        ("of_digits", "abc", 'order.number was "abc", needs of digits: true'),
        ("of_digits", 5, "unknown: order.number is 5, which cannot be compared here"),
    ],
)
def test_a_proof_says_what_it_saw(name: str, seen: Any, said: str) -> None:
    [built] = compile_rules([rule(if_=of(name))]).rules  # type: ignore[attr-defined]
    [told] = proof_of(built, View(event({"order": {"number": seen}}))).conditions
    assert told.sentence == said


def test_a_nearest_miss_names_it() -> None:
    condition = build_condition({"all": [LONG, of("in_capitals")]})
    view = View(event({"order": {"number": "ABC"}}))
    verdicts = {leaf.pointer: str(leaf.evaluate(view)).lower() for leaf in leaves(condition)}
    assert nearest_miss(condition, verdicts) == ("/all/0",)


def test_rules_and_steps_of_simulations_are_told_with_its_words() -> None:
    assert "if order.number is longer than 3 characters" in sentence(rule("r", "order.paid", if_=LONG), {})
    assert _says(LONG) == "order.number is longer than 3 characters"
    assert _says(of("in_capitals")) == "order.number is in capitals"
    assert _says(of("of_digits")) == "order.number is of digits: true"


# the editor


def fields(written: dict[str, Any], what: str) -> list[Field]:
    lines = [line for one in sections_of(written, known(written)) for first in one.lines for line in first.walk()]
    return [part for line in lines for part in line.fields if part.label == what]


def known(written: dict[str, Any]) -> Known:
    return Known(written["when"], {}, [])


def test_the_editor_offers_it_for_what_it_can_be_true_of() -> None:
    for path, offered in (("order.number", NAMES), ("order.total", []), ("order.state", [])):
        written = rule("r", "order.paid", if_={"fact": path, "op": "eq", "value": "a"})
        [operator] = fields(written, "How it is compared")
        assert [choice.value for choice in operator.choices if choice.value in NAMES] == offered


def test_the_editor_calls_it_by_its_words() -> None:
    written = rule("r", "order.paid", if_=LONG)
    [operator] = fields(written, "How it is compared")
    titles = {choice.value: choice.title for choice in operator.choices}
    assert (titles["longer_than"], titles["in_capitals"], titles["of_digits"]) == (
        "is longer than … characters", "is in capitals", "is of digits",
    )  # fmt: skip
    assert "is longer than … characters 3" in sentence_of(written, known(written))


@pytest.mark.parametrize(
    ("chosen", "value", "kind"),
    [("longer_than", 0, "number"), ("of_digits", True, "select"), ("in_capitals", ..., None), ("eq", "", "text")],
)
@pytest.mark.parametrize("before", ["starts_with", *NAMES])
def test_chosen_it_has_the_field_that_it_takes(before: str, chosen: str, value: Any, kind: str | None) -> None:
    if before == chosen:
        return
    old = rule("r", "order.paid", if_=of(before) | ({"value": ""} if before == "starts_with" else {}))
    made = edited(old, {"do": "op", "at": "/if", "parts": {"value": chosen}}, known(old))
    assert made["if"].get("value", ...) == value
    assert [field.sort for field in fields(made, "Value")] == ([kind] if kind else [])
    assert check_document(Document({"rules": [made]})) == []


# every shape of the right side

RIGHT: dict[str, Any] = {
    "value": "a", "number": 3, "text": "a", "pattern": "a+", "moment": "2026-03-01", "calendar": DEFAULT, "flag": True,
    "nothing": ..., "pair": ["a", "b"], "list": ["a", "b"], "item": {"op": "eq", "value": "a"},
}  # fmt: skip


@pytest.fixture(params=get_args(Takes))
def shaped(request: Any) -> Iterator[dict[str, Any]]:
    """A condition with an operator that takes each of the shapes."""
    operator = Operator("of_even_length", "goes with {wanted}", lambda seen, _: len(str(seen)) % 2 == 0, request.param)
    operators.add(operator.name, operator)
    value = RIGHT[request.param]
    yield {"fact": "order.extra", "op": operator.name} | ({} if value is ... else {"value": value})
    operators.remove(operator.name)


def test_whatever_it_takes_the_matchers_agree_and_the_checks_and_proofs_say_nothing_false(
    shaped: dict[str, Any],
) -> None:
    for seen in ("ab", "abc", 12, ["a"], None, 1.5, {"minor": 5, "currency": "RON"}):
        happened = event({"order": {"extra": seen}})
        expected = None if seen is None else len(str(seen)) % 2 == 0
        assert says(shaped, happened) is expected
        built = compile_rules([rule(if_=shaped)]).rules  # type: ignore[attr-defined]
        assert bool(ColumnarMatcher(built).match_many([happened])[0]) is (expected is True)
        [told] = proof_of(built[0], View(happened)).conditions
        assert told.sentence.startswith("unknown: " if expected is None else "order.extra was ")
    for other in ({"op": "eq", "value": "a"}, {"op": "gt", "value": 3}, {"op": "exists", "value": True}):
        both = {"all": [shaped, {"fact": "order.extra"} | other]}
        assert [problem for problem in problems(both, {"not": both}) if problem.code != "undecided"] == []


def test_whatever_it_takes_the_editor_writes_what_documents_may_have(shaped: dict[str, Any]) -> None:
    for before in ({"op": "eq", "value": "b"}, {"op": "in", "value": []}, {"op": "exists", "value": True}):
        old = rule("r", "order.paid", if_={"fact": "customer.name"} | before)
        made = edited(old, {"do": "op", "at": "/if", "parts": {"value": shaped["op"]}}, known(old))
        assert check_document(Document({"rules": [made]})) == []
        assert "goes with" in sentence_of(made, known(made))
