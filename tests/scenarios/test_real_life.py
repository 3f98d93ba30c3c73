"""Rules of real billing systems in our language: they check, act and rest as they should, and one customer differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.checks import check
from rules.document.check import check_document
from rules.document.model import Document
from rules.document.yaml_text import read_yaml
from rules.overlays import Effective, effective
from tests.scenarios.events import asked_by

[(GIVEN, _lines)] = read_yaml((Path(__file__).parent / "real_life.yaml").read_text(encoding="utf-8"))
each_rule = pytest.mark.parametrize(("key", "given"), GIVEN.items(), ids=list(GIVEN))


def rules_of(given: dict[str, Any], *, theirs: bool = False) -> Effective:
    documents = [Document(given["house"])]
    if theirs:
        documents.append(Document({"set": "customer:1", "params": given["theirs"]}))
    problems = [
        *(found for document in documents for found in check_document(document)),
        *check(documents, strict=True),
    ]
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return effective(documents[0], documents[1] if theirs else None)


@each_rule
def test_it_acts_on_this_and_rests_on_that(key: str, given: dict[str, Any]) -> None:
    for case in given["acts"]:
        actions = asked_by(key, rules_of(given), case)
        assert actions, case
        assert [action.problem for action in actions if action.problem] == []
    for case in given["rests"]:
        assert asked_by(key, rules_of(given), case) == [], case


@each_rule
def test_one_customer_differs_by_a_parameter(key: str, given: dict[str, Any]) -> None:
    for case in given["differs"]:
        usual, theirs = (bool(asked_by(key, rules_of(given, theirs=own), case)) for own in (False, True))
        assert usual != theirs, case
