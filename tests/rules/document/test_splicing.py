"""Changed data in the text of people: it reads as wanted, and what did not change is as they wrote it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.document.emitting import mapping_lines
from rules.document.splicing import CannotSplice, splice
from rules.document.yaml_text import read_yaml

HOUSE = Path("rules/packs/house.yaml").read_text(encoding="utf-8")
TEXT = """# The house
set: house
rules:
# first of all
- key: a   # its name
  # what it hangs on
  when: [o.made, "o.sent"]
  if:
    all:
    - {fact: o.x, op: eq, value: 'off'}   # off is text
    # before the second
    - not:
        fact: o.y
        op: eq
        value: |
          long
          text
  then: []

# last
- key: b
  when: o.sent
"""
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(["off", "no", "18:30", "2026-01-01", "# no comment", "a: b", "- a", "", "1e3", "0x1F", "~", "x\ny\n"]),
)  # fmt: skip
names = st.sampled_from(["key", "do", "fact", "if", "then", "a b", "1", "off", "é#", "all"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
documents = st.dictionaries(names, values, min_size=1, max_size=5)


def read(text: str) -> Any:
    return read_yaml(text)[0][0]


def same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)


@settings(max_examples=50)
@given(documents)
def test_what_is_written_reads_back_in_the_same_order(data: dict[str, Any]) -> None:
    assert same(read("\n".join(mapping_lines(data, 0)) + "\n"), data)


@settings(max_examples=50)
@given(documents, documents)
def test_any_document_becomes_any_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = "\n".join(mapping_lines(old, 0)) + "\n"
    assert same(read(splice(text, new).text), new)
    assert splice(text, old).text == text


@pytest.mark.parametrize(
    ("old", "new"), [([[{}, None], {}], [[None], None]), ([[1, [2, 3]], 4], [[[3], 1], 4]), ([[[1, 2]], 3], [[[2]], 3])]
)
def test_lists_in_lists_lose_no_dash(old: list[Any], new: list[Any]) -> None:
    text = "\n".join(mapping_lines({"key": old}, 0)) + "\n"
    assert read(splice(text, {"key": new}).text) == {"key": new}


@st.composite
def edited(draw: Any, data: Any) -> Any:
    """A copy of `data` with something changed, added, taken out or moved somewhere inside."""
    made = deepcopy(data)
    place = made
    for _step in range(draw(st.integers(0, 6))):
        inside = [key for key in (range(len(place)) if isinstance(place, list) else place) if place[key]]
        inside = [key for key in inside if isinstance(place[key], dict | list)]
        if not inside:
            break
        place = place[draw(st.sampled_from(inside))]
    what = draw(st.sampled_from(["change", "add", "take out", "move"]))
    if isinstance(place, list):
        number = draw(st.integers(0, len(place) - 1))
        if what == "add":
            place.insert(number, draw(values))
        elif what == "take out" and len(place) > 1:
            del place[number]
        elif what == "move":
            place.append(place.pop(number))
        else:
            place[number] = draw(values)
    elif what == "take out" and len(place) > 1:
        del place[draw(st.sampled_from(list(place)))]
    else:
        place[draw(st.sampled_from([*place, "added"]))] = draw(values)
    return made


@settings(max_examples=50)
@given(edited(read(TEXT)))
def test_an_edit_of_a_text_with_comments_reads_as_wanted(wanted: Any) -> None:
    made = splice(TEXT, wanted)
    assert same(read(made.text), wanted)
    for comment in ("# The house", "# first of all", "# its name", "# off is text", "# before the second", "# last"):
        assert comment in made.text or comment in made.lost


@settings(max_examples=5)
@given(edited(read(HOUSE)))
def test_the_rules_of_the_house_take_any_edit(wanted: Any) -> None:
    assert same(read(splice(HOUSE, wanted).text), wanted)


def test_a_changed_value_changes_one_line() -> None:
    data = read(TEXT)
    data["rules"][0]["if"]["all"][0]["value"] = "on"
    made = splice(TEXT, data)
    assert (made.text, made.lost) == (TEXT.replace("value: 'off'", "value: on"), ())


def test_a_condition_that_moves_takes_its_comment_along() -> None:
    data = read(TEXT)
    data["rules"][0]["if"]["all"].reverse()
    made = splice(TEXT, data)
    lines = [line.strip() for line in made.text.split("\n")]
    assert lines.index("# before the second") < lines.index("- {fact: o.x, op: eq, value: 'off'}   # off is text")
    assert made.lost == ()


def test_a_comment_on_what_is_taken_out_is_told() -> None:
    data = read(TEXT)
    del data["rules"][0]["if"]["all"][0]
    made = splice(TEXT, data)
    assert made.lost == ("# off is text",)
    assert "# before the second" in made.text


def test_a_new_rule_stands_in_lines_and_leaves_the_others_alone() -> None:
    data = read(TEXT)
    steps = [{"do": "a.b", "with": {"text": "x"}}, {"do": "c.d"}]
    data["rules"].append({"key": "c", "when": "o.made", "then": steps})
    added = "- key: c\n  when: o.made\n  then:\n  - {do: a.b, with: {text: x}}\n  - {do: c.d}\n"
    assert splice(TEXT, data).text == TEXT + added


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rules: &all [1]\nmore: *all\n", "references"),
        ("{rules: [1]}\n", "JSON"),
        ("a: 1\n---\na: 2\n", "2 documents"),
        ("a: [", "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(CannotSplice, match=why):
        splice(text, {"rules": [2], "more": [1]})
