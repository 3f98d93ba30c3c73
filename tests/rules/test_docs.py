"""The page about the language says what the code does: every operator, every template word, and examples that check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.checks import check
from rules.document.load import load
from rules.document.problem import Problem
from rules.eligibility import ORDER
from rules.operators import ANY_KIND, operators
from rules.patterns import INTERNAL
from rules.templates import _ENVIRONMENT

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml( refused)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| [^|]* \| `(\{[^|]*\})` \|$", PAGE, re.MULTILINE)
TAKEN = {
    "value": "a value",
    "number": "a number",
    "pair": "two values",
    "list": "a list",
    "text": "text",
    "pattern": "a pattern",
    "flag": "true or false",
    "nothing": "nothing",
    "moment": "a moment",
    "item": "a test",
    "calendar": "a calendar",
}
LIQUID_INNER = {"content", "output", "illegal"}  # parts of every template, which nobody writes


def problems_of(text: str) -> list[Problem]:
    loaded = load(text, name="rules.yaml")
    return [*loaded.problems, *(check(loaded.documents) if loaded.ok else [])]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)))


def test_every_operator_has_a_row_with_its_kinds_and_its_right_side() -> None:
    said = {name: (left, right) for name, left, right, _example in ROWS}
    assert set(said) == set(operators.names())
    for operator in operators:
        kinds = ANY_KIND if said[operator.name][0] == "any" else set(said[operator.name][0].split(", "))
        assert kinds == operator.kinds, operator.name
        assert said[operator.name][1] == TAKEN[operator.takes], operator.name


@pytest.mark.parametrize(("name", "example"), [(row[0], row[3]) for row in ROWS])
def test_the_example_of_each_operator_checks(name: str, example: str) -> None:
    assert f"op: {name}" in example
    step = "{do: ticket.open, with: {subject: Look}}"
    found = problems_of(f"rules: [{{key: it, when: order.updated, if: {example}, then: [{step}]}}]")
    assert [str(problem) for problem in found if problem.severity == "error"] == []


@pytest.mark.parametrize(("refused", "text"), EXAMPLES)
def test_each_example_checks_without_problems_or_is_marked_as_refused(refused: str, text: str) -> None:
    found = problems_of(text)
    if refused:
        assert [problem for problem in found if problem.severity == "error"]
    else:
        assert [str(problem) for problem in found] == []


def test_there_are_examples_of_both_sorts() -> None:
    assert {bool(refused) for refused, _text in EXAMPLES} == {True, False}


def test_the_words_of_templates_are_those_of_the_code() -> None:
    tags, filters = re.findall(r"^(?:Tags|Filters): (.*?)\.\n", section("Templates"), re.MULTILINE | re.DOTALL)
    assert quoted(tags) == set(_ENVIRONMENT.tags) - LIQUID_INNER
    assert quoted(filters) == set(_ENVIRONMENT.filters)


def test_what_patterns_pass_over_is_named() -> None:
    assert INTERNAL
    assert set(INTERNAL) <= quoted(section("A rule"))


def test_what_keeps_a_rule_from_acting_stands_there_in_the_order_in_which_it_is_told() -> None:
    told = re.findall(r"^\| (\w+) \| (.*) \|$", section("What keeps a rule from acting"), re.MULTILINE)[1:]
    assert told == list(ORDER.items())
