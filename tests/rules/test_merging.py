"""Merging two changes: neutral, idempotent, and of one mind about conflicts from whichever side it is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from rules.merging import merge
from rules.parts import parts_of, patch, patched, same
from tests.rules.cases import rule
from tests.rules.random_documents import documents

Three = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def listed(data: dict[str, Any]) -> dict[str, Any]:
    return {"\n".join(part): value for part, value in parts_of(data).items()}


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same rules, in whatever order; an empty list of something says nothing."""
    return same(listed(one), listed(other))


class TestAnyDocuments:
    @given(documents)
    def test_a_patch_leads_from_one_to_the_other(self, three: Three) -> None:
        old, new, _other = three
        assert alike(patched(old, patch(old, new)), new)
        assert patch(old, old) == {}

    @given(documents)
    def test_without_a_change_on_one_side_it_is_the_other(self, three: Three) -> None:
        base, mine, _theirs = three
        for one, other in ((mine, base), (base, mine)):
            merged = merge(base, one, other)
            assert merged.conflicts == ()
            assert alike(merged.data, mine)

    @given(documents)
    def test_the_same_change_twice_is_that_change(self, three: Three) -> None:
        base, mine, _theirs = three
        merged = merge(base, mine, mine)
        assert merged.conflicts == ()
        assert alike(merged.data, mine)

    @given(documents)
    def test_both_sides_see_the_same_conflicts_and_else_the_same_rules(self, three: Three) -> None:
        base, mine, theirs = three
        here, there = merge(base, mine, theirs), merge(base, theirs, mine)
        assert {found.part for found in here.conflicts} == {found.part for found in there.conflicts}
        if not here.conflicts:
            assert alike(here.data, there.data)

    @given(documents)
    def test_merging_again_changes_nothing(self, three: Three) -> None:
        base, mine, theirs = three
        merged = merge(base, mine, theirs)
        again = merge(theirs, merged.data, theirs)
        assert again.conflicts == ()
        assert alike(again.data, merged.data)

    @given(documents)
    def test_what_i_changed_is_never_lost(self, three: Three) -> None:
        base, mine, theirs = three
        merged = listed(merge(base, mine, theirs).data)
        for part in ("\n".join(part) for part, value in patch(base, mine).items() if value != "\x00gone"):
            assert same(merged[part], listed(mine)[part])


def house(*rules: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {"set": "house", "params": params, "rules": list(rules)}


def test_parts_of_one_rule_that_two_people_changed_come_together() -> None:
    base = house(rule("r", when="o.made", title="One"))
    merged = merge(base, house(rule("r", when="o.sent", title="One")), house(rule("r", when="o.made", title="Two")))
    assert merged.data["rules"] == [rule("r", when="o.sent", title="Two")]
    assert merged.conflicts == ()


def test_a_conflict_names_both_sides_and_keeps_mine() -> None:
    base = house(rule("r", priority=1))
    merged = merge(base, house(rule("r", priority=2)), house(rule("r", priority=3)), their_name="version 7")
    assert [found.says for found in merged.conflicts] == [
        'rule "r" at priority: it is 2 in this change and 3 in version 7, and was 1'
    ]
    assert merged.data["rules"][0]["priority"] == 2


def test_a_rule_that_one_edits_and_the_other_takes_away() -> None:
    base = house(rule("r", priority=1))
    here = merge(base, house(rule("r", priority=2)), house())
    there = merge(base, house(), house(rule("r", priority=2)))
    assert [found.says for found in here.conflicts] == [
        'rule "r": this change edits it, and the live version takes it away'
    ]
    assert [found.says for found in there.conflicts] == [
        'rule "r": this change takes it away, and the live version edits it'
    ]
    assert [len(merged.data["rules"]) for merged in (here, there)] == [1, 0]


def test_a_rule_that_both_add() -> None:
    merged = merge(house(), house(rule("r", title="x")), house(rule("r", title="y")))
    assert [found.says for found in merged.conflicts] == [
        'rule "r": this change and the live version both add it, and differently'
    ]
    assert merge(house(), house(rule("r")), house(rule("r"))).conflicts == ()
