"""The table of receivers: each row has its rule or the reason why there is none, and the page is that of today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.receivers import PACKS, Row, of_the_packs, page

ROOT = Path(__file__).parents[2]
TAG = re.compile(r"^  tags: \[(.*)\]$", re.MULTILINE)
ROWS = [row for chapter in of_the_packs().values() for row in chapter]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_has_a_rule_or_a_reason(row: Row) -> None:
    assert bool(row.rules) != bool(row.but), (
        "say which rule stands for it in the rule's tags, or why none does in `but`"
    )
    assert row.did


def test_rules_name_rows_that_exist() -> None:
    named = {tag for file in PACKS.glob("*.yaml") for tag in TAG.findall(file.read_text(encoding="utf-8"))}
    tags = {tag.strip() for some in named for tag in some.split(",")}
    assert len(tags) > 80
    assert tags - {row.id for row in ROWS} == set()


def test_the_page_is_that_of_the_rules() -> None:
    written = (ROOT / "docs" / "receivers.md").read_text(encoding="utf-8")
    assert written == page(of_the_packs()), "run: python manage.py draw_receivers"


def test_no_row_of_the_source_is_missing(shared: Path) -> None:
    """The chapter of examples of traps has ids of its own, which are no rows."""
    text = (shared / "facts" / "RECEIVERS.md").read_text(encoding="utf-8").partition("\n## 8.")[0]
    wanted = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}
    known = {row.id for row in ROWS}
    assert {name for name in wanted if name[:1].isupper() and name[1:2].isdigit()} == known
