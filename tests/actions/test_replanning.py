"""Dead letters under a newer version: what the live rules ask for in their place, and which steps are not repeated."""

from __future__ import annotations

from typing import Any

import pytest

from actions import replanning
from actions.replanning import Difference, redrive_as_planned_now, replanned
from actions.runs import ActionRun, RunState
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db


def rule(*steps: dict[str, Any], key: str = "r") -> dict[str, Any]:
    return {"key": key, "when": "fine.created", "then": list(steps)}


@pytest.fixture
def dead() -> ActionRun:
    in_force(rule({"id": "note", "do": "test.note"}, {"id": "tell", "do": "hold.place", "with": {"cause": "x"}}))
    a_fine()
    work()
    return ActionRun.objects.get(item="tell", state=RunState.DEAD)


def test_the_live_rules_plan_it_otherwise_and_it_succeeds_under_its_own_key(dead: ActionRun) -> None:
    in_force(rule({"id": "tell", "do": "hold.place", "with": {"cause": "by law", "transitions": ["settle"]}}))
    new = replanned(dead)
    assert new is not None
    assert Difference("transitions", None, ["settle"]) in replanning.differences(dead, new)
    assert replanning.done_beside([dead]) == {(dead.event_id, "r"): ["test.note"]}
    key, notes = dead.key, ActionRun.objects.filter(action="test.note").count()
    assert redrive_as_planned_now(dead.pk)
    work()
    dead.refresh_from_db()
    assert (dead.state, dead.key, dead.arguments["cause"]) == (RunState.DONE, key, "by law")
    assert ActionRun.objects.filter(action="test.note").count() == notes


def test_what_the_live_rules_ask_for_no_more_stays_dead(dead: ActionRun) -> None:
    in_force(rule({"id": "note", "do": "test.note"}))
    assert replanned(dead) is None
    assert not redrive_as_planned_now(dead.pk)
    dead.refresh_from_db()
    assert dead.state == RunState.DEAD


def test_another_action_at_the_same_step_is_another_thing(dead: ActionRun) -> None:
    in_force(rule({"id": "tell", "do": "test.note"}))
    assert replanned(dead) is None
