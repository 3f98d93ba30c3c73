"""What a change of the house does to an overlay. Pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given

from rules.document.model import Document
from rules.matching import try_rules
from rules.remerging import Remerge
from tests.rules.cases import rule
from tests.rules.random_documents import houses

STEP = {"do": "ticket.open", "with": {"subject": "One"}, "after": "1d"}


def house(*rules: dict[str, Any], default: int = 7, most: int = 30) -> Document:
    days = {"type": "integer", "default": default, "max": most}
    return Document({"set": "house", "params": {"days": days}, "rules": list(rules)})


def customer(**parts: Any) -> Document:
    return Document({"set": "customer:1", **parts})


@given(houses())
def test_the_same_house_has_no_effect(data: dict[str, Any]) -> None:
    assume(not try_rules(Document(data))[1])
    overlay = customer(mute={rule["key"]: "asked" for rule in data["rules"][:1]})
    effect = Remerge(Document(data), Document(data)).of(overlay)
    assert (effect.conflicts, effect.keeps) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "parts", "said"),
    [
        (house(rule("a")), house(), {"mute": {"a": "asked"}}, 'the house has no rule "a" to mute'),
        (house(), house(most=10), {"params": {"days": 20}}, "at most 10"),
        (house(), house(rule("own")), {"rules": [rule("own")]}, 'the house has a rule "own" already'),
        (house(rule("a")), house(rule("a", locked=True)), {"mute": {"a": "asked"}}, "locked"),
        (
            house(rule("a", then=[STEP])),
            house(rule("a", then=[STEP | {"after": "2d"}])),
            {"change": {"a": {"/then/ticket.open/after": "5d"}}},
            'rule "a" at then ticket.open after: the house changed it from 1d to 2d, and customer:1 has 5d there',
        ),
    ],
)
def test_conflicts_name_both_sides(old: Document, new: Document, parts: dict[str, Any], said: str) -> None:
    assert Remerge(old, old).of(customer(**parts)).conflicts == ()
    [found] = Remerge(old, new).of(customer(**parts)).conflicts
    assert said in found


@pytest.mark.parametrize(
    ("old", "new", "parts", "keeps"),
    [
        (house(), house(default=9), {"params": {"days": 20}}, ('parameter "days": stays 20',)),
        (house(rule("a")), house(rule("a", title="x")), {"mute": {"a": "asked"}}, ('rule "a": stays muted',)),
        (house(rule("a")), house(rule("a", title="x")), {}, ()),
        (
            house(rule("a", then=[STEP])),
            house(rule("a", title="x", then=[STEP | {"with": {"subject": "Two"}}])),
            {"change": {"a": {"/then/ticket.open/after": "5d"}}},
            (),
        ),
        (
            house(rule("a", then=[STEP])),
            house(rule("a", then=[STEP | {"after": "5d"}])),
            {"change": {"a": {"/then/ticket.open/after": "5d"}}},
            (),
        ),
    ],
)
def test_what_fits_is_clean_and_says_what_stays(
    old: Document, new: Document, parts: dict[str, Any], keeps: tuple[str, ...]
) -> None:
    effect = Remerge(old, new).of(customer(**parts))
    assert (effect.conflicts, effect.keeps) == ((), keeps)
