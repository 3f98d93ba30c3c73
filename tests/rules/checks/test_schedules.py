"""A schedule that is about no object is performed once, by the house: elsewhere it would silently never be."""

from __future__ import annotations

from typing import Any

import pytest

from rules.checks import check
from rules.document import Document
from tests.rules.cases import rule
from tests.rules.checks.declared import catalog

NIGHTLY = {"schedule": "0 2 * * *"}
EACH = NIGHTLY | {"each": "invoice", "in": ["issued"]}
MAIL = [{"do": "notify.email", "with": {"template": "x"}}]


def told(key: str, house: Any = NIGHTLY, **parts: Any) -> list[tuple[str, str]]:
    documents = [
        Document({"set": "house", "segments": [{"key": "vip"}], "rules": [rule("nightly", house, then=MAIL)]}),
        Document({"set": key, **parts}),
    ]
    return [(one.pointer, one.message) for one in check(documents, catalog()) if one.severity == "error"]


def test_in_a_segment_it_is_refused() -> None:
    [(pointer, says)] = told("segment:vip", rules=[rule("mine", NIGHTLY, then=MAIL)])
    assert pointer == "/rules/0/when"
    assert "never for the customers of a segment" in says


@pytest.mark.parametrize("key", ["segment:vip", "customer:1"])
@pytest.mark.parametrize("parts", [{"mute": {"nightly": "agreed"}}, {"change": {"nightly": {"/note": "x"}}}])
def test_that_of_the_house_is_nobodys_to_change(key: str, parts: dict[str, Any]) -> None:
    [(pointer, says)] = told(key, **parts)
    assert pointer == f"/{next(iter(parts))}/nightly"
    assert "change it in the house" in says


@pytest.mark.parametrize(
    ("key", "house", "parts"),
    [
        ("segment:vip", NIGHTLY, {"rules": [rule("mine", EACH, then=MAIL)]}),
        ("customer:1", NIGHTLY, {"rules": [rule("mine", NIGHTLY, then=MAIL)]}),
        ("segment:vip", EACH, {"mute": {"nightly": "agreed"}}),
        ("customer:1", EACH, {"change": {"nightly": {"/note": "x"}}}),
    ],
)
def test_what_is_performed_is_let_be(key: str, house: Any, parts: dict[str, Any]) -> None:
    assert told(key, house, **parts) == []


def test_one_about_objects_does_not_become_one_about_nothing() -> None:
    [(pointer, says)] = told("customer:1", EACH, change={"nightly": {"/when": NIGHTLY}})
    assert pointer == "/change/nightly"
    assert "nothing would perform" in says


ASKS = {"fact": "house.open", "op": "gte", "value": {"param": "open"}}


@pytest.mark.parametrize(("house", "warned"), [(NIGHTLY, 1), (EACH, 0)])
def test_a_value_of_their_own_that_only_the_house_asks_is_a_warning(house: Any, warned: int) -> None:
    nightly = rule("nightly", house, **{"if": ASKS, "then": MAIL})
    params = {"open": {"type": "integer", "default": 3}}
    documents = [
        Document({"set": "house", "params": params, "rules": [nightly]}),
        Document({"set": "customer:1", "params": {"open": 5}}),
    ]
    found = [one for one in check(documents, catalog()) if one.pointer == "/params/open"]
    assert [one.severity for one in found] == ["warning"] * warned
    assert all("this value changes nothing" in one.message for one in found)
