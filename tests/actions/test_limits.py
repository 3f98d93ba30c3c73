"""`limit`: a fuse that stops a rule before it does too much, and asks a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.dispatch import dispatch_all
from actions.runs import ActionRun
from core import clock
from core.events import Event
from rules import switches
from rules.decisions import Decision
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db
FUSED = {
    "key": "note",
    "when": "fine.created",
    "then": [{"do": "test.note"}],
    "limit": {"actions": 5, "within": "1h"},
}


def test_a_rule_stops_itself_within_one_batch_and_across_batches() -> None:
    in_force(FUSED)
    work()
    for number in range(3):
        a_fine(case=str(number))
    dispatch_all()
    for number in range(3, 9):
        a_fine(case=str(number))
    work()
    assert ActionRun.objects.count() == 5
    assert switches.off() == {"house/note": "it stopped itself: more than 5 actions within 1h"}
    assert Event.objects.get(type="rule.stopped").facts == {"rule": {"set": "house", "key": "note", "actions": 5}}
    held = Decision.objects.exclude(held_back={}).values_list("held_back", flat=True)
    assert [row["note"] for row in held] == ["switched off: it stopped itself: more than 5 actions within 1h"] * 4


def test_time_makes_room_again() -> None:
    in_force(FUSED)
    start = clock.now()
    for hours in range(0, 30, 2):
        with clock.turned_to(start + timedelta(hours=hours)):
            for number in range(3):
                a_fine(case=f"{hours}.{number}")
            work()
    assert switches.off() == {}
    assert ActionRun.objects.filter(state="done").count() == 45


def test_after_a_person_switched_it_on_it_acts_while_there_is_room() -> None:
    in_force(FUSED)
    start = clock.now()
    for number in range(6):
        a_fine(case=str(number))
    work()
    switches.switch_on("house/note")
    with clock.turned_to(start + timedelta(hours=2)):
        a_fine(case="later")
        work()
    assert switches.off() == {}
    assert ActionRun.objects.filter(state="done").count() == 6


def test_a_rule_without_a_limit_has_none() -> None:
    in_force({key: value for key, value in FUSED.items() if key != "limit"})
    for number in range(8):
        a_fine(case=str(number))
    work()
    assert ActionRun.objects.filter(state="done").count() == 8
