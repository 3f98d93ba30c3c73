"""One rule of a change request: its problems by itself, and its way into the text."""

from __future__ import annotations

from copy import deepcopy

import pytest

from rules.document.splicing import CannotSplice
from rules.drafting import as_changed, document_in, problems_of, rule_of, with_change, with_rule, without_rule
from rules.publish import publish_text

pytestmark = pytest.mark.django_db
TEXT = """set: house
params: {large: {type: money, default: {money: "100.00 EUR"}}}
rules:
- key: a   # the first
  when: fine.add_penalty
  if: {fact: fine.amount, op: gte, value: {param: large}}
  then: [{do: fine.settle}]
- key: b
  when: fine.created
  then: [{do: fine.settle}]
"""


def test_a_rule_goes_into_the_text_and_nothing_else_changes() -> None:
    document = document_in(TEXT)
    rule = {**rule_of(document, "b"), "priority": 5}
    assert with_rule(TEXT, document, rule, "b").text == TEXT + "  priority: 5\n"
    assert with_rule(TEXT, document, {"key": "c", "when": "fine.created"}, "").text == TEXT + (
        "- key: c\n  when: fine.created\n"
    )
    assert without_rule(TEXT, document, "b").text == TEXT[: TEXT.index("- key: b")]


def test_problems_stand_at_places_of_the_rule() -> None:
    document = document_in(TEXT)
    rule = deepcopy(rule_of(document, "a"))
    rule["if"]["value"] = 5
    (found,) = problems_of(document, rule, "a")
    assert (found.severity, found.pointer) == ("error", "/if/value")
    assert [one.pointer for one in problems_of(document, {**rule_of(document, "a"), "key": "b"}, "a")] == ["/key"]
    assert problems_of(document, rule_of(document, "a"), "a") == []


def test_an_inherited_rule_is_changed_by_pointers_and_given_back() -> None:
    publish_text("house", TEXT, title="First")
    overlay = "set: customer:1\nrules: []\n"
    document = document_in(overlay)
    inherited = rule_of(document_in(TEXT), "a")
    rule = deepcopy(inherited)
    rule["if"]["value"] = {"money": "5.00 EUR"}
    text = with_change(overlay, document, rule, inherited).text
    assert document_in(text).change == {"a": {"/if/value": {"money": "5.00 EUR"}}}
    assert as_changed(document_in(text), inherited) == rule
    assert problems_of(document_in(text), rule, "a", inherited=True) == []
    assert with_change(text, document_in(text), inherited, inherited).text == overlay


@pytest.mark.parametrize("text", ["a: [", "- 1\n", "set: house\nrules: []\n---\nset: house\n", "params: 7\n"])
def test_a_text_that_is_no_set_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(CannotSplice, match="text"):
        document_in(text)
