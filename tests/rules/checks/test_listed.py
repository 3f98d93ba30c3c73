"""The documentation of the checks is what is declared of them."""

from __future__ import annotations

from pathlib import Path

from rules.checks.listed import CHECKS, CODES, rows

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"


def test_the_page_shows_every_check_as_it_is_declared() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert lines == rows()


def test_codes_are_unique_and_severities_known() -> None:
    assert len(CODES) == len(CHECKS)
    assert {severity for check in CHECKS for severity in check.severities} == {"error", "warning", "note"}
