"""What a change would have made of the newest events."""

from __future__ import annotations

from typing import Any

import pytest

from rules.document.load import load
from rules.document.model import Document
from rules.preview import Preview, Shift, preview
from state_machines.customers import Customer
from tests.kit import a_fine
from tests.rules.made_requests import HOUSE_TEXT

pytestmark = pytest.mark.django_db


def document(text: str) -> Document:
    return load(text, name="x.yaml").documents[0]


def test_rules_that_would_act_otherwise_are_counted() -> None:
    for article in (5, 6, 8):
        a_fine(article=article, case=str(article))
    old, new = document(HOUSE_TEXT), document(HOUSE_TEXT.replace("default: 7", "default: 6"))
    assert preview(old, new) == Preview(3, (Shift("note", 1, 0),))
    assert preview(new, old) == Preview(3, (Shift("note", 0, 1),))
    assert preview(old, old) == Preview(3, ())


def test_relations_and_the_past_are_seen_as_of_each_event() -> None:
    for number in range(3):
        a_fine(case=str(number))
    counting: dict[str, Any] = {"count": "fine.created", "of": "subject", "within": "7d", "op": "gte", "value": 1}
    rule = {"key": "r", "when": "fine.created", "if": counting, "then": []}
    old = Document({"set": "house", "rules": [rule]})
    new = Document({"set": "house", "rules": [rule | {"if": counting | {"value": 2}}]})
    assert preview(old, new) == Preview(3, (Shift("r", 0, 3),))


def test_an_overlay_is_held_against_the_events_of_its_customer() -> None:
    ana, _ion = Customer.objects.create(name="Ana"), Customer.objects.create(name="Ion")
    house = Document({"set": "house", "rules": [{"key": "greet", "when": "customer.created", "then": []}]})
    old, new = Document({"set": ana.ref}), Document({"set": ana.ref, "mute": {"greet": "asked"}})
    assert preview(old, new, house) == Preview(1, (Shift("greet", 0, 1),))
