"""How staff pages show the values of facts, and sentences that name amounts and moments."""

from __future__ import annotations

import pytest
from django.utils import translation

from admin_ui.templatetags.staff import fact, readable


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-01-31T12:00:00Z", ">2026-01-31 14:00:00</time>"),
        ("2026-07-29T12:00:00.159418Z", ">2026-07-29 15:00:00</time>"),
        ("2026-02-30T12:00:00Z", "2026-02-30T12:00:00Z"),
        ("<b>2026-01-31T12:00:00Z", "&lt;b&gt;2026-01-31T12:00:00Z"),
        ({"minor": 123_456_789, "currency": "RON"}, "1,234,567.89 RON"),
    ],
)
def test_a_fact(value: object, shown: str) -> None:
    assert str(fact(value)).endswith(shown)


def test_a_sentence() -> None:
    said = "invoice 9 of 7849.27 RON is not due before 2026-12-31T13:59:00.686382Z, nor on 2026-02-30T00:00:00Z"
    assert (
        readable(said) == "invoice 9 of 7,849.27 RON is not due before 2026-12-31 15:59:00, nor on 2026-02-30T00:00:00Z"
    )
    with translation.override("ro"):
        assert "7.849,27 RON" in readable(said)
