"""Each rule of the house on an event that it is for, and on one that it is not for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules.checks import check
from rules.document.load import load
from rules.document.yaml_text import read_yaml
from rules.overlays import Effective, effective
from rules.receivers import HOUSE_FILE
from tests.scenarios.events import asked_by

[(SCENARIOS, _lines)] = read_yaml((Path(__file__).parent / "house_scenarios.yaml").read_text(encoding="utf-8"))
CASES = [(key, sort, case) for key, given in SCENARIOS.items() for sort in ("acts", "rests") for case in given[sort]]


@pytest.fixture(scope="module")
def house() -> Effective:
    loaded = load(HOUSE_FILE.read_text(encoding="utf-8"), name=HOUSE_FILE.name)
    assert [str(problem) for problem in (*loaded.problems, *check(loaded.documents))] == []
    return effective(loaded.documents[0], None)


def test_each_rule_has_both(house: Effective) -> None:
    assert sorted(SCENARIOS) == sorted(rule.key for rule in house.rules)
    assert all(given["acts"] and given["rests"] for given in SCENARIOS.values())


@pytest.mark.parametrize(("key", "sort", "case"), CASES, ids=[f"{key}-{sort}" for key, sort, _case in CASES])
def test_it_acts_on_this_and_not_on_that(house: Effective, key: str, sort: str, case: dict[str, Any]) -> None:
    theirs = replace(house, params={**house.params, **case.get("params", {})})
    actions = asked_by(key, theirs, case)
    assert sorted(action.do for action in actions) == sorted(case.get("asks", []))
    assert bool(actions) == (sort == "acts")
    assert [action.problem for action in actions if action.problem] == []
