"""What the checks find is told to everybody in their own language, and is kept, compared and answered to programs in English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.utils import translation

from core.http import in_words, sentence
from core.said import Said
from rules.checks import check
from rules.document.load import load
from rules.document.problem import BadRules, Problem, Severity
from rules.document.schema import schema_of
from rules.operators import operators
from tests.rules.checks.declared import catalog
from tests.test_locale import FOLDER, PLACES, entries

ROOT = Path(__file__).parents[3]

HOUSE = """
set: house
params: {idle: {type: text, default: x}}
rules:
- {key: never, when: invoice.paid, if: {all: [{fact: invoice.lines, op: gt, value: 9}, {fact: invoice.lines, op: lt, value: 3}]}, then: [{do: notify.email, with: {template: x}}]}
- {key: wrong, when: invoice.paid, if: {fact: invoice.totl, op: gte, value: {money: 500.00 RON}}, then: [{do: notify.emal}]}
- {key: kinds, when: invoice.paid, if: {fact: invoice.lines, op: eq, value: two}, then: []}
"""


def said_in(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def shapes(part: Any) -> Iterator[str]:
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from shapes(inner)
    if isinstance(part, dict) and isinstance(part.get("says"), str):
        yield part["says"]


@pytest.fixture(scope="module")
def romanian() -> dict[str, str]:
    return {entry.texts["msgid"]: entry.said[0] for entry in entries((FOLDER / "django.po").read_text("utf-8"))}


@pytest.fixture
def found() -> list[Problem]:
    loaded = load(HOUSE)
    assert loaded.ok, loaded.problems
    return check(loaded.documents, catalog())


@pytest.mark.parametrize("room", ["core", "rules", "admin_ui"])
def test_whatever_may_be_found_has_its_romanian(room: str, romanian: dict[str, str]) -> None:
    templates = set(said_in(ROOT / room))
    without = {text for text in templates if PLACES.sub("", text).strip(" ;:,.") and not romanian.get(text)}
    assert without == set(), "write it in Romanian: manage.py makemessages"


def test_whatever_the_language_wants_and_how_bad_it_is_has_its_romanian(romanian: dict[str, str]) -> None:
    wanted = {*shapes(schema_of(operators.as_declared())), *get_args(Severity)}
    assert {text for text in wanted if PLACES.sub("", text) and not romanian.get(text)} == set()


def test_one_finding_in_both_languages(found: list[Problem]) -> None:
    told = {problem.message: in_romanian(problem.message) for problem in found}
    assert all(isinstance(problem.message, Said) for problem in found)
    assert {message for message, other in told.items() if message == other} == set()
    never = next(problem for problem in found if problem.code == "never-true")
    assert str(never.message).startswith("this is never true: invoice.lines is more than 9 and ")
    assert in_romanian(never.message).startswith(
        "asta nu este niciodată adevărat: invoice.lines este mai mare decât 9 și "
    )


def in_romanian(message: str) -> str:
    with translation.override("ro"):
        return str(in_words(message))


def test_a_reader_of_another_language_finds_the_same(found: list[Problem]) -> None:
    with translation.override("ro"):
        assert check(load(HOUSE).documents, catalog()) == found


def test_a_refusal_to_publish_names_its_findings_in_the_readers_language(found: list[Problem]) -> None:
    refused = BadRules(found)
    assert "error: rule wrong at /rules/1/if/fact: invoice has no fact" in str(refused)
    with translation.override("ro"):
        assert "eroare: regula wrong la /rules/1/if/fact: invoice nu are faptul „totl”" in sentence(refused)
