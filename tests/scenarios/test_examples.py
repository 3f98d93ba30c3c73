"""The rules of real companies that lie beside the project: all of them load, check with a catalog made to fit them, and act or
rest on events as they should, in every matcher and as the live rules of a house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.checks import check
from rules.deciding import decide
from rules.document.load import load
from rules.document.model import Document
from rules.document.yaml_text import read_yaml
from rules.in_force import live_versions
from rules.matching import build_rules, compile_rules
from rules.observing import resolved
from rules.planning import PlannedAction
from rules.rule import Rule
from rules.timing import MOMENT_DUE
from tests.kit import in_force
from tests.rules.cases import MATCHERS, SHARED, needs_shared
from tests.scenarios.events import Given, put
from tests.scenarios.examples_catalog import fitting

pytestmark = needs_shared
CASES: dict[str, list[dict[str, Any]]] = read_yaml(Path(__file__).with_name("examples.yaml").read_text("utf-8"))[0][0]


def examples() -> Document:
    return load((SHARED / "data" / "rules_examples.yaml").read_text("utf-8"), name="rules_examples.yaml").documents[0]


def event_of(case: dict[str, Any], rule: Rule) -> dict[str, Any]:
    kind = case.get("on", MOMENT_DUE)
    noun = kind.partition(".")[0] if "on" in case else rule.timing.noun if rule.timing else ""
    facts: dict[str, Any] = {}
    for path, value in case.get("facts", {}).items():
        put(facts, path, value)
    if "on" not in case:
        facts["moment"] = {"rule": rule.key, "number": case.get("number", 1), "offset": "1d", "last": False}
    parts = {"facts": facts, "was": case.get("was", {}), "at": case.get("at", "2026-03-01T10:00:00+00:00")}
    return {"id": "e1", "type": kind, "subject": f"{noun}:1", "customer": "customer:1", "sequence": 1, **parts}


def is_as_told(action: PlannedAction, told: Any) -> bool:
    if isinstance(told, str):
        return told == " ".join(filter(None, (action.do, action.row)))
    return all(getattr(action, name) == value for name, value in told.items())


def test_they_load_and_check() -> None:
    document = examples()
    found = check([document], fitting(document), strict=True)
    assert [str(problem) for problem in found if problem.severity == "error"] == []


def test_each_has_an_event_on_which_it_acts() -> None:
    assert {key for key, cases in CASES.items() if any(case["does"] for case in cases)} == {
        rule["key"] for rule in examples().rules
    }


def test_every_matcher_says_the_same_of_every_event() -> None:
    document = examples()
    params = {name: param["default"] for name, param in document.params.items()}
    rules = build_rules(document)
    by_key = {rule.key: rule for rule in rules}
    matchers = [compile_rules(rules, name) for name in MATCHERS]
    for key, cases in CASES.items():
        for case in cases:
            event = resolved(event_of(case, by_key[key]), rules, params, Given(case.get("rows", {})))
            said = [matcher.match(event, params) for matcher in matchers]
            assert all(keys == said[0] for keys in said), (key, case, said)
            assert key in said[0] or not case["does"], (key, case)
    for matcher in matchers:
        matcher.close()


@pytest.mark.django_db
def test_live_they_act_and_rest_as_they_should() -> None:
    document = examples()
    in_force(*document.rules, params=document.params)
    live = live_versions(["customer:1"])
    by_key = {rule.key: rule for rule in build_rules(document)}
    for key, cases in CASES.items():
        for case in cases:
            found = decide(event_of(case, by_key[key]), live, history=Given(case.get("rows", {})))
            assert found.disagreements == (), (key, case)
            actions = [action for one in found.planned if one.rule.key == key for action in one.actions]
            assert [action.problem for action in actions if action.problem] == []
            assert len(actions) == len(case["does"]), (key, case, actions)
            for action, told in zip(actions, case["does"], strict=True):
                assert is_as_told(action, told), (key, told, action)
