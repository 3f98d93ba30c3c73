"""Whether a rule was untrue of everything: asked of what happened since, and of no event twice once it has settled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core import clock
from core.events import Event
from rules import untrue as room
from rules.passing import newest
from rules.rule import build_rule
from rules.untrue import untrue
from tests.kit import a_fine

pytestmark = pytest.mark.django_db
RULE = build_rule({"key": "k", "when": "fine.created", "if": {"fact": "fine.article", "op": "eq", "value": 3}})
TYPES = ["fine.created"]


@pytest.fixture(autouse=True)
def _nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_asked", {})


@pytest.fixture
def since() -> datetime:
    return clock.now() - timedelta(days=1)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The events that are read, time after time."""
    seen: list[int] = []

    def reading(types: list[str], limit: int, *, after: int = 0) -> list[Event]:
        found = newest(types, limit, after=after)
        seen.extend(event.pk for event in found)
        return found

    monkeypatch.setattr(room, "newest", reading)
    return seen


def test_one_event_that_makes_it_true_is_enough(since: datetime) -> None:
    assert untrue(RULE, TYPES, {}, since=since) == 0
    a_fine(case="1")
    a_fine(case="2")
    assert untrue(RULE, TYPES, {}, since=since) == 2
    a_fine(case="3", article=3)
    assert untrue(RULE, TYPES, {}, since=since) == 0


def test_what_has_settled_is_read_once_and_still_counted(since: datetime, read: list[int]) -> None:
    for case in "12":
        a_fine(case=case)
    with clock.turned_to(clock.now() + timedelta(hours=1)):
        assert untrue(RULE, TYPES, {}, since=since) == 2
        read.clear()
        a_fine(case="3")
        assert untrue(RULE, TYPES, {}, since=since) == 3
        assert len(read) == 1
        a_fine(case="4", article=3)
        assert untrue(RULE, TYPES, {}, since=since) == 0


def test_young_events_are_read_again(since: datetime, read: list[int]) -> None:
    a_fine(case="1")
    assert untrue(RULE, TYPES, {}, since=since) == untrue(RULE, TYPES, {}, since=since) == 1
    assert len(read) == 2


def test_what_is_older_or_asks_with_another_number_is_for_itself(since: datetime) -> None:
    param = build_rule({**RULE.document, "if": {"fact": "fine.article", "op": "eq", "value": {"param": "wanted"}}})
    a_fine(case="1")
    with clock.turned_to(clock.now() + timedelta(hours=1)):
        assert untrue(param, TYPES, {"wanted": 3}, since=since) == 1
        assert untrue(param, TYPES, {"wanted": 157}, since=since) == 0
        assert untrue(param, TYPES, {"wanted": 3}, since=clock.now()) == 0


def test_many_events_are_asked_to_the_last(since: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FIRST", 2)
    a_fine(case="0", article=3)
    for case in "12345":
        a_fine(case=case)
    assert untrue(RULE, TYPES, {}, since=since) == 0
    monkeypatch.setattr(room, "NEWEST", 5)
    assert untrue(RULE, TYPES, {}, since=since) == 5
