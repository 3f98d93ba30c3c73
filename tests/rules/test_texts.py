"""Texts of messages: the language that is chosen, overlays, and what cannot be written."""

from __future__ import annotations

import pytest

from rules.document import Document
from rules.facts import View
from rules.overlays import effective
from rules.templates import NotRendered
from rules.texts import Texts, Written, merged, written
from tests.rules.cases import event

TEXTS: Texts = {
    "paid": {
        "en": {"subject": "Invoice {{ number }}\n is paid", "text": "We got {{ total | money }}."},
        "ro": {"subject": "Factura {{ number }}", "text": "Am primit {{ total | money }}."},
    },
    "only-ro": {"ro": {"text": "Bună"}},
    "asks": {"en": {"subject": "For {{ phone }}", "text": "Call"}},
}
VIEW = View(event({"number": "INV-7", "total": {"minor": 123_456, "currency": "RON"}}))


@pytest.mark.parametrize(
    ("name", "language", "found"),
    [
        ("paid", "ro", Written("Factura INV-7", "Am primit 1.234,56\xa0RON.")),
        ("paid", "en", Written("Invoice INV-7 is paid", "We got 1,234.56\xa0RON.")),
        ("paid", "de", Written("Invoice INV-7 is paid", "We got 1,234.56\xa0RON.")),
        ("only-ro", "en", Written("", "Bună")),
        ("none", "en", None),
    ],
)
def test_the_language_that_is_asked_for_else_english_else_any(name: str, language: str, found: Written | None) -> None:
    assert written(TEXTS, name, language, VIEW) == found


def test_a_fact_that_is_not_set_is_an_error() -> None:
    with pytest.raises(NotRendered):
        written(TEXTS, "asks", "en", VIEW)


class TestOverlays:
    def test_a_language_of_the_overlay_stands_in_place_of_the_inherited_one(self) -> None:
        found = merged(TEXTS, {"paid": {"ro": {"text": "Gata"}}, "own": {"en": {"text": "Own"}}})
        assert found["paid"] == {"en": TEXTS["paid"]["en"], "ro": {"text": "Gata"}}
        assert found["own"] == {"en": {"text": "Own"}}
        assert found["only-ro"] == TEXTS["only-ro"]

    def test_nothing_over_them_changes_nothing(self) -> None:
        assert merged(TEXTS, {}) == TEXTS

    def test_effective_rules_have_them(self) -> None:
        house = Document({"texts": dict(TEXTS), "rules": []})
        overlay = Document({"set": "customer:7", "texts": {"paid": {"ro": {"text": "Gata"}}}, "rules": []})
        assert effective(house).texts == TEXTS
        assert effective(house, overlay).texts["paid"]["ro"] == {"text": "Gata"}
