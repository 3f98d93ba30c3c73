"""What a rule's `when` says of time: read, refused with a place and a reason, and turned into the moments of an object."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import calendars
from rules.calendars import DEFAULT
from rules.document import Document, check_document, load
from rules.document.problem import Misplaced
from rules.moments import Known, Moment
from rules.rule import build_rule
from rules.timing import AT_ONCE, MAX_OFFSETS, build_timing
from tests.rules.cases import SHARED, needs_shared, rule

OFFICE = calendars.get(DEFAULT)
BEGINNING, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def known(since: str, state: str = "issued", **facts: Any) -> Known:
    return Known(datetime.fromisoformat(since + "+00:00"), {"invoice": facts}, state)


def moments(when: dict[str, Any], *history: Known, **params: Any) -> list[Moment]:
    return build_timing(when).moments(history, BEGINNING, END, params, OFFICE)


def told(when: dict[str, Any], *history: Known, **params: Any) -> list[str]:
    return [moment.due.isoformat(timespec="minutes")[:16] for moment in moments(when, *history, **params)]


ISSUED = known("2026-02-01T00:00", due_at="2026-03-01")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"date": "invoice.due_at"}, ["2026-02-28T22:00"]),
        ({"date": "invoice.due_at", "at": "10:00"}, ["2026-03-01T08:00"]),
        ({"date": "invoice.due_at", "offset": "-3d"}, ["2026-02-25T22:00"]),
        ({"date": "invoice.due_at", "offset": ["1d", "3d"], "at": "10:00"}, ["2026-03-02T08:00", "2026-03-04T08:00"]),
        (
            {"date": "invoice.due_at", "offset": {"param": "days"}, "at": "10:00"},
            ["2026-03-08T08:00", "2026-05-01T07:00"],
        ),
        ({"date": "invoice.due_at", "offset": {"param": "one"}}, ["2026-03-01T22:00"]),
        ({"date": "invoice.due_at", "offset": {"param": "unset"}}, []),
        ({"date": "invoice.paid_at", "offset": "1d"}, []),
        ({"state": "invoice.issued", "for": "14d"}, ["2026-02-15T00:00"]),
        ({"state": "invoice.issued", "for": {"param": "days"}}, ["2026-02-08T00:00", "2026-03-31T23:00"]),
        ({"state": "invoice.paid", "for": "14d"}, []),
        ({"schedule": "0 8 1 6,7 *", "each": "invoice"}, ["2026-06-01T05:00", "2026-07-01T05:00"]),
        ({"schedule": "0 8 1 6 *", "each": "invoice", "in": ["issued"]}, ["2026-06-01T05:00"]),
        ({"schedule": "0 8 1 6 *", "each": "invoice", "in": ["paid"]}, []),
        ({"schedule": "0 8 1 6 *"}, ["2026-06-01T05:00"]),
    ],
)
def test_an_object_has_the_moments_that_its_rule_asks_for(when: dict[str, Any], expected: list[str]) -> None:
    assert told(when, ISSUED, days=["7d", "2mo"], one="1d") == expected


def test_a_schedule_of_objects_finds_none_where_there_was_no_object() -> None:
    assert told({"schedule": "0 8 1 * *", "each": "invoice"}) == []
    assert len(told({"schedule": "0 8 1 * *"})) == 12


def test_a_moment_says_which_of_its_date_it_is() -> None:
    found = moments({"date": "invoice.due_at", "offset": {"param": "days"}}, ISSUED, days=["1d", "3d", "7d"])
    assert [(moment.number, moment.last) for moment in found] == [(1, False), (2, False), (3, True)]


def test_moments_of_a_schedule_have_the_instant_as_their_base_so_that_each_is_another_one() -> None:
    found = moments({"schedule": "0 8 * * *", "each": "invoice"}, ISSUED)
    assert all((moment.base, moment.offset) == (moment.due, AT_ONCE) for moment in found)
    assert len({moment.base for moment in found}) == len(found) == 334  # from 1 February to the end of the year


def test_a_time_in_a_state_begins_anew_with_each_stay() -> None:
    stays = [known("2026-02-01T00:00"), known("2026-02-05T00:00", "paid"), known("2026-03-01T00:00")]
    assert told({"state": "invoice.issued", "for": "14d"}, *stays) == ["2026-03-15T00:00"]


@given(
    cuts=st.lists(st.integers(0, 365 * 24 * 60).map(lambda minutes: BEGINNING + timedelta(minutes=minutes)), max_size=6)
)
@pytest.mark.parametrize(
    "when",
    [
        {"date": "invoice.due_at", "offset": ["-1mo", "1d", "3wd", "30d"], "at": "03:30"},
        {"state": "invoice.issued", "for": ["1h", "14d"]},
        {"schedule": "30 3 * * sun", "each": "invoice"},
    ],
)
def test_time_asked_about_in_pieces_has_the_moments_that_it_has_as_a_whole(
    when: dict[str, Any], cuts: list[datetime]
) -> None:
    timing = build_timing(when)
    ends = [BEGINNING, *sorted(cuts), END]
    pieces = [moment for after, to in pairwise(ends) for moment in timing.moments([ISSUED], after, to, {}, OFFICE)]
    assert pieces == moments(when, ISSUED)


@pytest.mark.parametrize(
    ("when", "pointer", "said"),
    [
        ({"date": "due_at"}, "/when/date", "invoice.due_at"),
        ({"state": "suspended", "for": "1d"}, "/when/state", "service.suspended"),
        ({"state": "service.x.y", "for": "1d"}, "/when/state", "service.suspended"),
        ({"date": "invoice.due_at", "offset": "soon"}, "/when/offset", "3d"),
        ({"date": "invoice.due_at", "offset": 3}, "/when/offset", "3d"),
        ({"date": "invoice.due_at", "offset": []}, "/when/offset", "3d"),
        ({"date": "invoice.due_at", "offset": ["1d", {"param": "x"}]}, "/when/offset", "3d"),
        ({"date": "invoice.due_at", "offset": {"fact": "invoice.lead"}}, "/when/offset", "a parameter"),
        ({"date": "invoice.due_at", "offset": {"param": "x", "at": {"fact": "y"}}}, "/when/offset", "a parameter"),
        ({"date": "invoice.due_at", "offset": ["1d"] * (MAX_OFFSETS + 1)}, "/when/offset", "at most 100"),
        ({"date": "invoice.due_at", "at": "24:00"}, "/when/at", "10:00"),
        ({"date": "invoice.due_at", "at": "9:00\n"}, "/when/at", "10:00"),
        ({"state": "service.suspended", "for": "-1d"}, "/when/for", "without a minus"),
        ({"schedule": "0 8 * *"}, "/when/schedule", "five fields"),
        ({"schedule": "0 8 * * *", "in": ["issued"]}, "/when/in", "each"),
        ({"schedule": "0 8 * * *", "each": "invoice.items"}, "/when/each", "noun"),
    ],
)
def test_what_is_no_moment_is_refused_with_its_place_and_what_to_write(
    when: dict[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(Misplaced) as refused:
        build_rule(rule(when=when))
    assert refused.value.pointer == pointer
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("when", "pointer", "said"),
    [
        ({}, "/rules/0/when", "a moment"),
        ({"offset": "3d"}, "/rules/0/when", "a moment"),
        ({"date": "invoice.due_at", "schedule": "0 8 * * *"}, "/rules/0/when", '"schedule" is not known here'),
        ({"date": "invoice.due_at", "for": "3d"}, "/rules/0/when", '"for" is not known here'),
        ({"state": "service.suspended"}, "/rules/0/when", '"for" is missing'),
        ({"schedule": "0 8 * * *", "at": "10:00"}, "/rules/0/when", '"at" is not known here'),
        ({"schedule": "0 8 * * *", "each": "invoice", "in": []}, "/rules/0/when/in", "at least 1"),
    ],
)
def test_exactly_one_of_the_three_is_written(when: dict[str, Any], pointer: str, said: str) -> None:
    found = [(problem.pointer, problem.message) for problem in check_document(Document({"rules": [rule(when=when)]}))]
    assert {where for where, _ in found} == {pointer}
    assert any(said in message for _, message in found), found


def test_a_rule_that_hangs_on_time_hangs_on_no_event() -> None:
    built = build_rule(rule(when={"schedule": "0 8 * * *"}))
    assert built.timing is not None
    assert not any(built.fits(name) for name in ("", "*", "schedule", "invoice.issued"))
    assert build_rule(rule(when="invoice.*")).timing is None


@needs_shared
def test_every_moment_of_the_examples_can_be_read() -> None:
    text = (SHARED / "data" / "rules_examples.yaml").read_text(encoding="utf-8")
    hanging = [each for each in load(text, name="x.yaml").documents[0].rules if isinstance(each["when"], dict)]
    assert hanging
    for each in hanging:
        timing = build_timing(each["when"])
        assert timing.noun
        assert sum(map(bool, (timing.date, timing.state, timing.schedule))) == 1
