"""Sentences go through the reader's language; where many are made at once each template is looked up once."""

from __future__ import annotations

import pytest

from rules import wording
from rules.wording import at_length
from rules.wording import say as told  # under its own name its texts would be taken for some to translate


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def translate(text: str) -> str:
        found.append(text)
        return f"{len(found)}: {text}"

    monkeypatch.setattr(wording, "_TRANSLATE", [translate])
    return found


def test_a_template_is_looked_up_once_at_length(asked: list[str]) -> None:
    with at_length():
        assert [told("{n} short", n=n) for n in (5, 6)] == ["1: 5 short", "1: 6 short"]
    assert asked == ["{n} short"]


def test_the_language_is_asked_anew_afterwards(asked: list[str]) -> None:
    with at_length():
        told("one")
    with at_length():
        told("one")
    told("one")
    assert asked == ["one"] * 3
