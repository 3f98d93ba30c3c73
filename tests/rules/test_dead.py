"""Rules that nothing made true for weeks: warnings of a change request, and never more than that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock, tallies
from rules.dead import DAYS
from rules.editing import check
from rules.examining import examine
from rules.publish import publish_text
from rules.rule_sets import HOUSE
from tests.kit import a_fine, work
from tests.rules.made_requests import HOUSE_TEXT, ION, fresh, request

pytestmark = pytest.mark.django_db
LATER = timedelta(days=DAYS + 1)
NEW = "- {key: new, when: fine.created, if: {fact: fine.article, op: eq, value: 3}, then: [{do: test.note}]}\n"


def told(text: str) -> dict[str, str]:
    found = examine(request(text))
    assert not found.errors
    return {one.rule: one.message for one in found.problems if one.code == "dead"}


def test_a_rule_that_did_nothing_while_it_was_in_force_is_told() -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="t")
    with clock.turned_to(clock.now() + LATER):
        a_fine(article=157)
        work()
        tallies.count(timedelta(0))
        assert told(HOUSE_TEXT + NEW.replace("value: 3", "value: 157")) == {
            "other": f"nothing made this rule true in the last {DAYS} days; correct it, or take it out"
        }


def test_what_is_in_force_for_a_shorter_time_is_let_be() -> None:
    with clock.turned_to(clock.now() + LATER):
        publish_text(HOUSE, HOUSE_TEXT.partition("- {key: other")[0], title="t")
    with clock.turned_to(clock.now() + LATER + LATER):
        publish_text(HOUSE, HOUSE_TEXT, title="t")
        assert told(HOUSE_TEXT) == {
            "note": f"nothing made this rule true in the last {DAYS} days; correct it, or take it out"
        }


def test_a_new_rule_is_held_against_what_happened() -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="t")
    assert told(HOUSE_TEXT + NEW) == {}
    for number in range(3):
        a_fine(case=str(number))
    assert told(HOUSE_TEXT + NEW)["new"].startswith("none of the newest 3 such events of the last 90 days")
    a_fine(case="3", article=3)
    assert told(HOUSE_TEXT + NEW) == {}


def test_events_that_are_older_count_for_nothing() -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="t")
    a_fine()
    with clock.turned_to(clock.now() + LATER):
        assert "new" not in told(HOUSE_TEXT + NEW)


def test_it_keeps_nothing_from_going_live() -> None:
    publish_text(HOUSE, HOUSE_TEXT, title="t")
    a_fine()
    made = request(HOUSE_TEXT + NEW)
    check(made, actor=ION)
    made = fresh(made)
    assert made.state == "checked"
    assert "dead" in {one["code"] for one in made.findings}
