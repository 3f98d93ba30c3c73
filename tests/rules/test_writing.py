"""Rules written into the text of people: what they wrote beside them stays."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from rules.document.yaml_text import read_yaml
from rules.parts import patch, patched, same
from rules.writing import rewritten, written
from tests.rules.random_documents import documents

TEXT = """# The house
set: house
params:
  days: {type: integer, default: 7}  # a week
rules:
# first of all
- key: a
  when: o.made
  if: {fact: o.x, op: eq, value: "off"}   # off is text
  then: [{do: x.y}]
"""


def read(text: str) -> dict[str, Any]:
    return read_yaml(text)[0][0]


@given(documents)
def test_whatever_is_written_reads_back_as_the_same(three: Any) -> None:
    old, new, _other = three
    text = written(old)
    assert same(read(text), old)
    changes = patch(old, new)
    assert same(read(rewritten(text, old, changes)), patched(old, changes))


def test_comments_order_and_style_stay() -> None:
    data = read(TEXT)
    changed = data | {"rules": [data["rules"][0] | {"when": "o.sent", "priority": 5}]}
    made = rewritten(TEXT, data, patch(data, changed))
    assert made == TEXT.replace("when: o.made", "when: o.sent").replace(
        "  then: [{do: x.y}]\n", "  then: [{do: x.y}]\n  priority: 5\n"
    )


def test_nothing_to_change_leaves_the_text_alone() -> None:
    assert rewritten("set:   house\n", {"set": "house"}, {}) == "set:   house\n"


def test_a_text_that_cannot_be_edited_in_place_is_written_anew() -> None:
    text = "set: house\nrules:\n- &a {key: a, when: o.made, then: []}\n- {<<: *a, key: b}\n"
    data = {"set": "house", "rules": [{"key": "a", "when": "o.made", "then": []}]}
    made = rewritten(text, data, {("rules", "a", "title"): "T"})
    assert read(made) == {"set": "house", "rules": [{"key": "a", "when": "o.made", "then": [], "title": "T"}]}
