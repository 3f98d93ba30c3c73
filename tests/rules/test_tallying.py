"""Which rules acted and which were held back is tallied from the decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.dispatch import dispatch_all
from core import clock, tallies
from core.acting import SYSTEM, acting
from rules.decisions import Decision
from rules.switches import switch_off
from rules.tallying import ACTED, HELD, UNDECIDED
from tests.kit import a_fine, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]


def test_rules_are_tallied_by_what_became_of_them() -> None:
    act = {"when": "fine.created", "then": [{"do": "test.note"}]}
    in_force({"key": "acts", **act}, {"key": "off", **act})
    with acting(SYSTEM):
        switch_off("house/off", "not wanted now")
    fine = a_fine()
    dispatch_all()
    Decision.objects.create(event_id=10**9, at=clock.now(), outcome="failed", problem="x")
    tallies.count(timedelta(0))
    today = clock.today()
    found = tallies.since(today, ACTED, HELD, UNDECIDED)
    assert found == {(ACTED, "acts"): {today: 1}, (HELD, "off"): {today: 1}, (UNDECIDED, "failed"): {today: 1}}
    assert fine.state == "created"
