"""Segments: who is in which, as of the event; and three layers of rules over each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.checks import check
from rules.document import Document
from rules.flattening import flattened
from rules.inheriting import layer_of
from rules.overlays import Effective, effective
from rules.remerging import Remerge
from rules.segments import Assigned, Membership, membership, try_segments
from tests.rules.cases import event, rule
from tests.rules.random_documents import conditions, houses, keys

VIP = {"key": "vip", "if": {"fact": "customer.tags", "op": "contains", "value": "vip"}}
ABROAD = {"key": "abroad", "if": {"fact": "customer.country", "op": "ne", "value": "RO"}}
LIST = try_segments(Document({"segments": [VIP, ABROAD, {"key": "by-hand"}], "rules": []}))[0]
ONE, TWO = (datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (9, 11))


def of(at: str = "2026-03-01T10:00:00+00:00", **facts: Any) -> dict[str, Any]:
    return event({"customer": facts}, customer="customer:1", at=at)


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        ({"tags": ["vip"], "country": "RO"}, "vip"),
        ({"tags": ["vip"], "country": "MD"}, "vip"),
        ({"tags": [], "country": "MD"}, "abroad"),
        ({"tags": [], "country": "RO"}, None),
        ({"country": "MD"}, "abroad"),
        ({}, None),
    ],
)
def test_a_customer_is_in_the_first_that_is_true(facts: dict[str, Any], segment: str | None) -> None:
    assert membership(LIST, of(**facts)) == (Membership(segment, "condition") if segment else None)


def test_an_assignment_counts_for_events_from_its_time_on() -> None:
    assigned = {"customer:1": [Assigned("by-hand", ONE), Assigned("", TWO)]}
    times = ["2026-03-01T08:59:59+00:00", "2026-03-01T10:00:00+00:00", "2026-03-01T11:00:00+00:00"]
    found = [membership(LIST, of(at, tags=["vip"]), assigned) for at in times]
    assert [(one.key, one.by) for one in found if one] == [
        ("vip", "condition"), ("by-hand", "assignment"), ("vip", "condition"),
    ]  # fmt: skip


def test_an_assignment_to_a_segment_that_is_no_more_leaves_it_to_the_conditions() -> None:
    assert membership(LIST, of(tags=["vip"]), {"customer:1": [Assigned("gone", ONE)]}) == Membership("vip", "condition")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"fact": "order.total", "op": "eq", "value": 1}, "no fact of the customer"),
        ({"fact": "customer.tags.was", "op": "contains", "value": "x"}, "no fact of the customer"),
        ({"fact": "customer.tags", "op": "changed"}, "what changed"),
        ({"param": "big", "op": "eq", "value": 1}, "no fact of the customer"),
        ({"count": "customer.invoices", "op": "gt", "value": 1}, "relations or the past"),
    ],
)
def test_a_segment_looks_at_the_customer_only(condition: dict[str, Any], said: str) -> None:
    document = Document({"segments": [{"key": "x", "if": condition}], "rules": []})
    [problem] = try_segments(document)[1]
    assert said in problem.message
    assert problem.pointer.startswith("/segments/0/if") or problem.pointer == "/segments/0"
    assert effective(document).segments == ()


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([{"segments": [VIP, VIP], "rules": []}], "two segments"),
        ([{"segments": [{"key": "x", "if": {"fact": "customer.nothing", "op": "eq", "value": 1}}], "rules": []}], "nothing"),
        ([{"segments": [VIP], "rules": []}, {"set": "segment:vpi"}], "Did you mean vip?"),
        ([{"rules": []}, {"set": "segment:vip", "segments": [VIP]}], "the set of the house"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_said(documents: list[dict[str, Any]], said: str) -> None:
    problems = check([Document(one) for one in documents])
    assert any(said in problem.message and problem.severity == "error" for problem in problems), problems


HOUSE = Document({
    "segments": [VIP],
    "params": {"days": {"type": "integer", "default": 7}, "late": {"type": "integer", "default": 1}},
    "rules": [rule("a", title="house"), rule("b"), rule("law", locked=True)],
})  # fmt: skip
SEGMENT = Document({
    "set": "segment:vip", "params": {"days": 14, "late": 2}, "mute": {"b": "vip are spared"},
    "change": {"a": {"/title": "vip"}}, "rules": [rule("extra", title="vip only")],
})  # fmt: skip


def customer(**parts: Any) -> Document:
    return Document({"set": "customer:17", **parts})


def told(found: Effective) -> dict[str, Any]:
    return {one.key: one.document for one in found.rules}


def test_the_nearest_wins() -> None:
    mine = customer(params={"days": 30}, change={"a": {"/title": "mine"}, "extra": {"/title": "my extra"}})
    found = effective(HOUSE, SEGMENT, mine)
    assert found.problems == ()
    assert found.params == {"days": 30, "late": 2}
    assert {key: one["title"] for key, one in told(found).items() if "title" in one} == {
        "a": "mine",
        "extra": "my extra",
    }
    assert found.muted == {"b": "vip are spared"}
    assert found.origins["extra"].startswith("segment:vip, changed by customer:17")


@pytest.mark.parametrize("parts", [{"mute": {"b": "my own reason"}}, {"change": {"b": {"/title": "x"}}}])
def test_what_the_segment_mutes_stays_muted_and_is_no_conflict(parts: dict[str, Any]) -> None:
    found = effective(HOUSE, SEGMENT, customer(**parts))
    assert found.problems == ()
    assert "b" not in told(found)
    assert found.muted["b"] == parts.get("mute", {}).get("b", "vip are spared")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"mute": {"law": "x"}}, "locked"),
        ({"rules": [rule("extra")]}, "already"),
        ({"change": {"extra": {"/key": "x"}}}, "keeps its key"),
    ],
)
def test_what_does_not_fit_the_segment_is_left_out_and_said(parts: dict[str, Any], said: str) -> None:
    found = effective(HOUSE, SEGMENT, customer(**parts))
    assert [said in problem.message for problem in found.problems] == [True]
    assert told(found)["extra"]["title"] == "vip only"


def test_rules_run_by_priority_then_layer_then_key() -> None:
    house = Document({"rules": [rule("z"), rule("y", priority=200)]})
    segment = Document({"set": "segment:vip", "rules": [rule("m"), rule("w", priority=1)]})
    found = effective(house, segment, customer(rules=[rule("a"), rule("b", priority=200)]))
    assert [one.key for one in found.rules] == ["w", "z", "m", "a", "y", "b"]
    assert [one.layer for one in found.rules] == [1, 0, 1, 2, 0, 2]


@st.composite
def overlays(draw: Any, set_: str, prefix: str) -> dict[str, Any]:
    """Changes that may or may not fit a house of random documents."""
    change = st.fixed_dictionaries({}, optional={"/title": st.sampled_from(["x", "y"]), "/if": conditions})
    return {
        "set": set_,
        "params": draw(st.dictionaries(keys, st.integers(0, 2), max_size=2)),
        "mute": draw(st.dictionaries(keys, st.just("why"), max_size=1)),
        "change": {key: one for key, one in draw(st.dictionaries(keys, change, max_size=2)).items() if one},
        "rules": [rule(f"{prefix}{key}") for key in sorted(draw(st.sets(keys, max_size=2)))],
    }


SEGMENTS, CUSTOMERS = overlays("segment:vip", "s-"), overlays("customer:17", "c-")


class TestAnyThreeLayers:
    @given(houses(), CUSTOMERS)
    def test_an_empty_layer_changes_nothing(self, house: dict[str, Any], mine: dict[str, Any]) -> None:
        one, empty, over = Document(house), Document({"set": "segment:vip"}), Document(mine)
        assert (
            effective(one, empty, over) == effective(one, over) == effective(one, over, Document({"set": "customer:1"}))
        )

    @given(houses(), SEGMENTS, CUSTOMERS)
    def test_a_flattened_segment_is_the_segment(
        self, house: dict[str, Any], segment: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        three = effective(Document(house), Document(segment), Document(mine))
        two = effective(flattened(Document(house), Document(segment)), Document(mine))
        assert told(three) == {key: one for key, one in told(two).items() if key not in three.muted}
        assert three.params == two.params

    @given(houses(), SEGMENTS)
    def test_flattening_again_changes_nothing(self, house: dict[str, Any], segment: dict[str, Any]) -> None:
        once = flattened(Document(house), Document(segment))
        assert flattened(once, Document({"set": "segment:vip"})).data == once.data

    @given(houses(), SEGMENTS, CUSTOMERS)
    def test_what_one_layer_says_twice_it_says_once(
        self, house: dict[str, Any], segment: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        again = {**mine, "set": "customer:17", "rules": []}
        three = effective(Document(house), Document(segment), Document(mine))
        four = effective(Document(house), Document(segment), Document(mine), Document(again))
        assert (told(three), three.params, three.muted) == (told(four), four.params, four.muted)

    @given(houses(), SEGMENTS, CUSTOMERS)
    def test_running_order_is_by_priority_layer_key(
        self, house: dict[str, Any], segment: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        found = effective(Document(house), Document(segment), Document(mine))
        assert [one.order for one in found.rules] == sorted(one.order for one in found.rules)
        assert {layer_of(Document(one)) for one in (house, segment, mine)} == {0, 1, 2}


@pytest.mark.parametrize(("mine", "conflict"), [("mine", True), ("new", False)])
def test_a_segment_and_a_customer_that_change_one_place_are_in_conflict_whoever_is_first(
    mine: str, conflict: bool
) -> None:
    """The house's change of a place that the segment has, and the segment's of one that the customer has, are told alike."""
    house = Document({"rules": [rule("a", title="old")]})
    newer = Document({"rules": [rule("a", title="new")]})
    segment = Document({"set": "segment:vip", "change": {"a": {"/title": "new"}}})
    over = customer(change={"a": {"/title": mine}})
    by_house = Remerge(house, newer).of(over)
    by_segment = Remerge(house, flattened(house, segment)).of(over)
    assert bool(by_house.conflicts) is bool(by_segment.conflicts) is conflict
    assert by_house.conflicts == by_segment.conflicts
