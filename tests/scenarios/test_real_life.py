"""Rules of real billing systems in our language: they check, act and rest as they should, and one customer differs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.calendars import standard
from rules.checks import check
from rules.deriving import derived
from rules.document.check import check_document
from rules.document.model import Document
from rules.document.yaml_text import read_yaml
from rules.overlays import Effective, effective
from tests.scenarios.events import asked_by

FILES = sorted(Path(__file__).parent.glob("real_life*.yaml"))
GIVEN: dict[str, Any] = {
    key: given for file in FILES for key, given in read_yaml(file.read_text(encoding="utf-8"))[0][0].items()
}
each_rule = pytest.mark.parametrize(("key", "given"), GIVEN.items(), ids=list(GIVEN))
BEGINNING, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


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
    assert {"differs", "shifts", "waits"} & set(given)
    for case in given.get("differs", ()):
        usual, theirs = (bool(asked_by(key, rules_of(given, theirs=own), case)) for own in (False, True))
        assert usual != theirs, case
    if "waits" in given:
        waits = given["waits"]
        usual, theirs = (asked_by(key, rules_of(given, theirs=own), waits["case"])[0].after for own in (False, True))
        assert (usual, theirs) == (waits["usual"], waits["theirs"])
    if "shifts" in given:
        shifts = given["shifts"]
        assert due(key, rules_of(given), shifts) == shifts["usual"]
        assert due(key, rules_of(given, theirs=True), shifts) == shifts["theirs"]


def due(key: str, found: Effective, shifts: dict[str, Any]) -> list[str]:
    """The days on which the moments of a rule are due for an object that has a date, or came into a state."""
    [rule] = [one for one in found.rules if one.key == key]
    noun, _dot, name = (shifts.get("fact") or shifts["state"]).partition(".")
    own = {name: shifts["base"]} if "fact" in shifts else {"state": name}
    at = "2026-01-05T10:00:00+00:00" if "fact" in shifts else f"{shifts['base']}T10:00:00+00:00"
    event = {"type": f"{noun}.created", "subject": f"{noun}:1", "at": at, "facts": {noun: own}}
    here = ZoneInfo(standard().zone)
    found_at = (one["at"] for one in derived(rule, [event], BEGINNING, END, found.params, standard()))
    return [f"{datetime.fromisoformat(at).astimezone(here):%m-%d}" for at in found_at]
