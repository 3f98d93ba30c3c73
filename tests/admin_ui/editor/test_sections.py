"""Any rule is shown as sentences, and what stands in a field is what stands in the document: nothing is lost."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_ui.editor.edits import edited
from admin_ui.editor.known import Known
from admin_ui.editor.model import Field, Section
from admin_ui.editor.sections import sections_of, sentence_of
from rules.document.yaml_text import read_yaml

FILES = ("rules/packs/house.yaml", "tests/scenarios/real_life.yaml", "tests/fines/rules.yaml")
DOCUMENTS = [data for name in FILES for data, _lines in read_yaml(Path(name).read_text(encoding="utf-8"))]
RULES = [(rule, document.get("params", {})) for document in DOCUMENTS for rule in document.get("rules", [])]
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4) | st.sampled_from(["order.total", "3d", "eq", "all"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["fact", "op", "value", "all", "any", "not", "param", "at", "money", "percent", "of", "date",
                         "offset", "count", "sum", "take", "within", "since", "if", "each", "then", "do", "with", "x"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def known_of(rule: dict[str, Any], params: Any) -> Known:
    return Known(rule.get("when"), params, ["paid"])


def fields_of(sections: list[Section]) -> list[Field]:
    lines = [line for section in sections for first in section.lines for line in first.walk()]
    return [part for line in lines for part in line.fields]


def same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)


@st.composite
def rules(draw: Any) -> tuple[dict[str, Any], Any]:
    """A rule of the files, mostly with something else somewhere in it."""
    rule, params = draw(st.sampled_from(RULES))
    made = deepcopy(rule)
    place: Any = made
    for _step in range(draw(st.integers(1, 7))):
        keys = [*range(len(place))] if isinstance(place, list) else [*place]
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and draw(st.booleans()):
            place = place[key]
        else:
            place[key] = draw(plain)
            break
    return made, params


@pytest.mark.parametrize(
    ("rule", "params"), RULES, ids=lambda value: value.get("key") if isinstance(value, dict) else None
)
def test_every_field_of_every_rule_means_what_stands_there(rule: dict[str, Any], params: Any) -> None:
    known = known_of(rule, params)
    assert sentence_of(rule, known).startswith("When ")
    for field in fields_of(sections_of(rule, known)):
        edit = {"do": field.do, "at": field.at, "parts": field.parts, "taken": list(field.taken)}
        assert same(edited(rule, edit, known), rule), field


@settings(max_examples=200)
@given(rules())
def test_whatever_stands_in_a_rule_is_shown_and_kept(made: tuple[dict[str, Any], Any]) -> None:
    rule, params = made
    before = json.dumps(rule)
    known = known_of(rule, params)
    sections = sections_of(rule, known)
    for field in fields_of(sections):
        if field.do.startswith("set") or field.do == "optional":
            edit = {"do": field.do, "at": field.at, "parts": field.parts, "taken": list(field.taken)}
            assert same(edited(rule, edit, known), rule), field
    assert json.dumps(rule) == before


def test_a_rule_is_said_in_one_sentence() -> None:
    rule = {
        "key": "big", "when": "order.paid",
        "if": {"all": [
            {"fact": "order.total", "op": "gte", "value": {"param": "large"}},
            {"not": {"fact": "customer.country", "op": "in", "value": ["RO", "MD"]}},
        ]},
        "then": [{"do": "ticket.open", "after": "2d", "with": {"subject": "Look"}}],
    }  # fmt: skip
    params = {"large": {"type": "money", "default": {"money": "500.00 RON"}, "title": "Large orders"}}
    said = sentence_of(rule, known_of(rule, params))
    for part in ("order: take as paid", "order: total", "is at least", "large: Large orders", "500.00 RON", "this is not true",
                 "is one of", "RO", "Open a ticket", "2 days", "Look"):  # fmt: skip
        assert part in said


def test_a_step_that_asks_a_person_is_written_and_read() -> None:
    rule: dict[str, Any] = {"key": "r", "when": "service.suspended", "then": [{"do": "service.terminate"}]}
    known = known_of(rule, {})
    made = edited(rule, {"do": "add", "at": "/then/0/ask", "what": "ask"}, known)
    assert made["then"][0]["ask"] == {"role": "approver", "within": "3d"}
    made = edited(made, {"do": "set", "at": "/then/0/ask/role", "parts": {"value": "operator"}}, known)
    made = edited(
        made, {"do": "set-duration", "at": "/then/0/ask/within", "parts": {"amount": "2", "unit": "w"}}, known
    )
    assert made["then"][0]["ask"] == {"role": "operator", "within": "2w"}
    assert "after a yes of somebody with the role operator within 2 weeks" in sentence_of(made, known)
    unread = {**made, "then": [{"do": "service.terminate", "ask": "anybody"}]}
    assert "anybody" in sentence_of(unread, known)
    assert "ask" not in edited(made, {"do": "remove", "at": "/then/0/ask"}, known)["then"][0]
