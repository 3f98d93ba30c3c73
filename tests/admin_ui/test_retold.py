"""Outcomes are told in the reader's language; what is not known stays as it was said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from admin_ui.retold import KNOWN, retold

SAYING = [path.read_text(encoding="utf-8") for path in sorted(Path("actions").rglob("*.py"))]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("invoice:9 is drawn up for order:12", "invoice:9 este întocmită pentru order:12"),
        ("invoice:9 is issued", "invoice:9 este acum: emisă"),
        ("no panel is entered; service:3 would be active", "niciun panou nu este trecut; service:3 ar fi: activ"),
        ("-50, now 760", "-50, acum 760"),
        ("recorded", "doar notat, nimic trimis"),
        ("The price list knows no hosting-xl.", "The price list knows no hosting-xl."),
        ("order:1 is <b>late</b>", "order:1 is <b>late</b>"),
    ],
)
def test_a_romanian_reads_what_is_known(said: str, told: str) -> None:
    with translation.override("ro"):
        assert retold(said) == told
    with translation.override("en"):
        assert retold(said) == said


@pytest.mark.parametrize("sentence", KNOWN)
def test_every_known_outcome_is_said_somewhere_and_told_in_romanian(sentence: str) -> None:
    words = [part for part in re.split(r"%\(\w+\)s", sentence) if part.strip(" ,")]
    assert any(all(part in text for part in words) for text in SAYING)
    with translation.override("ro"):
        assert translation.gettext(sentence) != sentence
