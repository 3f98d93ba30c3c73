"""Groups: of the true rules of one group only the first acts, and the others say why they do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.deciding import decide
from rules.document import Document
from rules.groups import first_of_groups
from rules.in_force import live_versions
from rules.rule import build_rule
from rules.trying import try_event
from tests.kit import in_force
from tests.rules.cases import event, rule


def grouped(*groups: str | None) -> tuple[list[str], dict[str, str]]:
    parts = [{} if group is None else {"group": group} for group in groups]
    acting, held_back = first_of_groups(build_rule(rule(f"r{place}", **one)) for place, one in enumerate(parts))
    return [found.key for found in acting], held_back


def test_only_the_first_of_each_group_acts() -> None:
    acting, held_back = grouped("g", None, "h", "g", None, "h", "g")
    assert acting == ["r0", "r1", "r2", "r4"]
    assert set(held_back) == {"r3", "r5", "r6"}
    assert held_back["r6"] == 'of the group "g" only the first true rule acts, and that was r0'


@given(st.lists(st.sampled_from(["g", "h", None]), max_size=12))
def test_every_rule_acts_or_says_why_not(groups: list[str | None]) -> None:
    acting, held_back = grouped(*groups)
    assert sorted([*acting, *held_back]) == sorted(f"r{place}" for place in range(len(groups)))
    assert {groups[int(key[1:])] for key in acting} == set(groups)
    assert len([key for key in acting if groups[int(key[1:])] is not None]) == len(set(groups) - {None})


def try_(*rules: dict[str, Any], **overlay: Any) -> dict[str, tuple[str, str]]:
    customer = Document({"set": "customer:1", **overlay}) if overlay else None
    tried = try_event(event({"x": 5}), Document({"rules": list(rules)}), customer)
    return {found.key: (found.outcome, found.why) for found in tried.rules}


SMALL = {"fact": "x", "op": "lt", "value": 5}


@pytest.mark.parametrize(
    ("parts", "overlay", "acts"),
    [
        ({}, {}, {"a", "c"}),
        ({"if_": SMALL}, {}, {"b", "c"}),
        ({"priority": 200}, {}, {"b", "c"}),
        ({"until": "2020-01-01"}, {}, {"b", "c"}),
        ({}, {"mute": {"a": "by contract"}}, {"b", "c"}),
        ({}, {"rules": [rule("mine", group="g", priority=1)]}, {"mine", "c"}),
        ({}, {"rules": [rule("mine", group="g")]}, {"a", "c"}),
    ],
)
def test_a_rule_that_is_not_true_or_muted_holds_nobody_back(
    parts: dict[str, Any], overlay: dict[str, Any], acts: set[str]
) -> None:
    tried = try_(rule("a", group="g", **parts), rule("b", group="g"), rule("c"), **overlay)
    assert {key for key, (outcome, _) in tried.items() if outcome == "acted"} == acts


def test_who_tries_is_told_which_rule_was_first() -> None:
    tried = try_(rule("a", group="g"), rule("b", group="g"), rule("c", group="g", if_=SMALL))
    assert tried["b"] == ("not_eligible", 'of the group "g" only the first true rule acts, and that was a')
    assert tried["c"] == ("not_acted", "x was 5, needs less than 5")


@pytest.mark.django_db
def test_a_decision_holds_the_others_back_over_all_layers() -> None:
    steps = [{"do": "test.note"}]
    in_force(rule("a", group="g", then=steps), rule("b", group="g", then=steps), rule("c", then=steps))
    in_force(rule("mine", group="g", priority=1, then=steps), key="customer:1", mute={"a": "by contract"})
    theirs, mine = (
        decide(event(customer=customer), live_versions([customer])) for customer in ("customer:2", "customer:1")
    )
    assert [planned.rule.key for planned in theirs.planned] == ["a", "c"]
    assert theirs.held_back == {"b": 'of the group "g" only the first true rule acts, and that was a'}
    assert [planned.rule.key for planned in mine.planned] == ["mine", "c"]
    assert mine.held_back == {
        "a": "muted for this customer: by contract",
        "b": 'of the group "g" only the first true rule acts, and that was mine',
    }
