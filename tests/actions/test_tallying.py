"""Dead letters are tallied by rule and by action."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.tallying import DIED_BY_ACTION, DIED_BY_RULE
from core import clock, tallies
from tests.kit import a_fine, in_force, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]


def test_what_died_is_tallied() -> None:
    in_force({"key": "too-early", "when": "fine.created", "then": [{"do": "fine.settle"}]})
    a_fine(case="A")
    a_fine(case="B")
    work()
    tallies.count(timedelta(0))
    today = clock.today()
    assert tallies.since(today, DIED_BY_RULE, DIED_BY_ACTION) == {
        (DIED_BY_RULE, "too-early"): {today: 2},
        (DIED_BY_ACTION, "fine.settle"): {today: 2},
    }
