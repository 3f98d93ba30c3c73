"""What is told about texts before they go live."""

from __future__ import annotations

from typing import Any

import pytest

from core.catalog import ActionSpec
from rules.checks import check
from rules.document import Document
from tests.rules.cases import rule
from tests.rules.checks.declared import Catalog, catalog

BOTH = {"en": {"subject": "Paid", "text": "Thanks"}, "ro": {"subject": "Plătit", "text": "Mulțumim"}}
REMINDERS = {"type": {"by": "invoice.state", "of": "template"}, "default": {"draft": "paid", "else": "paid"}}


def declared() -> Catalog:
    made = catalog()
    schema = {"type": "object", "properties": {"template": {"type": "string", "names": "text"}, "copies": {}}}
    made.actions.add("test.write", ActionSpec("test.write", "Write", "Write", schema))
    return made


def told(template: Any, texts: Any = None, *overlays: dict[str, Any], **parts: Any) -> list[tuple[str, str, str]]:
    step = {"do": "test.write", "with": {"template": template}}
    house = {
        "texts": {"paid": BOTH} if texts is None else texts,
        "rules": [rule("r", "invoice.paid", then=[step])],
        **parts,
    }
    found = check([Document(house), *map(Document, overlays)], declared())
    return [(problem.severity, problem.pointer, problem.message) for problem in found]


def test_a_text_that_is_there_in_every_language() -> None:
    assert told("paid") == []


@pytest.mark.parametrize(
    ("template", "texts", "severity", "pointer", "said"),
    [
        ("payd", None, "error", "/rules/0/then/0/with/template", "Did you mean paid"),
        ("paid", {}, "error", "/rules/0/then/0/with/template", 'no text "paid"'),
        ("paid", {"paid": {"en": {"text": "Hi"}}}, "warning", "/texts/paid", 'not there in "ro"'),
        ("paid", {"paid": BOTH, "old": BOTH}, "warning", "/texts/old", "no rule names"),
        (
            "paid",
            {"paid": {**BOTH, "en": {"text": "{{ a"}}},
            "error",
            "/texts/paid/en/text",
            "no text that can be written",
        ),
        (
            "paid",
            {"paid": {**BOTH, "en": {"text": "{% include 'x' %}"}}},
            "error",
            "/texts/paid/en/text",
            "unexpected tag",
        ),
    ],
)
def test_what_is_told(template: str, texts: Any, severity: str, pointer: str, said: str) -> None:
    found = [found for found in told(template, texts) if found[1] == pointer]
    assert found
    assert found[0][0] == severity
    assert said in found[0][2]


@pytest.mark.parametrize(
    "texts", [{"paid": {}}, {"paid": {"english": {"text": "x"}}}, {"paid": {"en": {"subject": "x"}}}, []]
)
def test_what_is_no_text_does_not_fit(texts: Any) -> None:
    assert any(severity == "error" and pointer.startswith("/texts") for severity, pointer, _said in told("paid", texts))


class TestParameters:
    ASKED = {"param": "reminder", "at": {"fact": "invoice.state"}}

    def test_every_value_of_a_parameter_must_be_a_text(self) -> None:
        assert told(self.ASKED, None, params={"reminder": REMINDERS}) == []
        wrong = {**REMINDERS, "default": {"draft": "gone", "else": "paid"}}
        [found] = told(self.ASKED, None, params={"reminder": wrong})
        assert found[:2] == ("error", "/params/reminder/default")
        assert '"gone"' in found[2]

    def test_also_what_an_overlay_gives_it(self) -> None:
        overlay = {"set": "customer:7", "params": {"reminder": {"draft": "own"}}, "rules": []}
        [found] = told(self.ASKED, None, overlay, params={"reminder": REMINDERS})
        assert found[:2] == ("error", "/params/reminder")
        own = {**overlay, "texts": {"own": {"ro": {"text": "Al lor"}}}}
        assert told(self.ASKED, None, own, params={"reminder": REMINDERS}) == []

    def test_a_parameter_of_another_type_names_no_text(self) -> None:
        [found] = told({"param": "word"}, None, params={"word": {"type": "text", "default": "paid"}})[:1]
        assert "give it the type template" in found[2]
