"""A rule that holds and a rule that releases: a veto in the rules, which every caller meets."""

from __future__ import annotations

from typing import Any

import pytest

from actions.runs import ActionRun
from core.errors import Blocked
from core.machine import perform
from tests.fines.models import Fine
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db
HOLD = {"transitions": ["insert_fine_notification"], "cause": "an appeal"}
RULES: list[dict[str, Any]] = [
    {"key": "dispute", "when": "fine.send_fine", "then": [{"do": "hold.place", "with": HOLD}]},
    {"key": "notify", "when": "hold.placed", "then": [{"do": "fine.insert_fine_notification", "if_refused": "skip"}]},
]


def test_a_rule_holds_and_whoever_comes_meets_its_reason() -> None:
    in_force(*RULES)
    fine = a_fine()
    perform(fine, "send_fine", arguments={"expense_minor": 0})
    work()
    with pytest.raises(Blocked, match="it is held: an appeal \\(by rule:dispute\\)"):
        perform(Fine.objects.get(), "insert_fine_notification")
    run = ActionRun.objects.get(rule="notify")
    assert run.state == "skipped"
    assert "it is held: an appeal" in run.said


def test_a_hold_for_a_transition_that_is_not_there_is_a_dead_letter() -> None:
    in_force(
        {
            **RULES[0],
            "when": "fine.created",
            "then": [{"do": "hold.place", "with": {"transitions": ["fly"], "cause": "why not"}}],
        }
    )
    a_fine()
    work()
    run = ActionRun.objects.get(action="hold.place")
    assert run.state == "dead"
    assert "transition of fine" in run.said
