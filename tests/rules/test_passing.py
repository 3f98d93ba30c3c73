"""How often the conditions of a rule were true: each by itself, one after the other, and the rule."""

from __future__ import annotations

import pytest

from core.machine import perform
from rules.passing import Passed, passing
from rules.rule import build_rule
from tests.fines.models import Fine
from tests.kit import a_fine

pytestmark = pytest.mark.django_db
RULE = {
    "key": "big",
    "when": "fine.add_penalty",
    "if": {"all": [
        {"fact": "fine.article", "op": "eq", "value": 157},
        {"not": {"fact": "fine.amount", "op": "lt", "value": {"param": "large"}}},
        {"fact": "fine.nothing", "op": "eq", "value": 1},
    ]},
}  # fmt: skip


def penalties(*amounts: int) -> None:
    for place, amount in enumerate(amounts):
        fine: Fine = a_fine(case=f"A{place}", article=157 if place else 158, amount_minor=amount)
        perform(fine.ref, "send_fine", arguments={"expense_minor": 0})
        perform(fine.ref, "insert_fine_notification")
        perform(fine.ref, "add_penalty", arguments={"amount_minor": amount})


def test_each_condition_and_those_before_it() -> None:
    penalties(5000, 1000, 5000, 9000)
    found = passing(build_rule(RULE), ["fine.add_penalty"], {"large": {"money": "50.00 EUR"}})
    assert (found.events, found.acts) == (4, 0)
    assert found.conditions["/if/all/0"] == Passed(3, 0)
    assert found.conditions["/if/all/1/not"] == Passed(1, 0)
    assert found.conditions["/if/all/1"] == Passed(3, 0)
    assert found.conditions["/if/all/2"] == Passed(0, 4)
    assert found.left == [("/if/all/0", 3), ("/if/all/1", 2), ("/if/all/2", 0)]


def test_events_outside_the_rules_time_are_not_counted() -> None:
    penalties(5000)
    assert passing(build_rule({**RULE, "until": "2020-01-01"}), ["fine.add_penalty"], {}).events == 0


def test_what_asks_the_log_is_asked_as_of_each_event() -> None:
    penalties(5000, 5000)
    condition = {"count": "fine.add_penalty", "of": "subject", "within": "7d", "op": "gte", "value": 1}
    found = passing(build_rule({**RULE, "if": condition}), ["fine.add_penalty"], {})
    assert (found.acts, found.conditions["/if"]) == (2, Passed(2, 0))
