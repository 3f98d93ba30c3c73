"""The table of receivers: each row has its rule or the reason why there is none, and the page is that of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.document.load import load
from rules.receivers import HOUSE_FILE, Row, of_the_house, page

ROOT = Path(__file__).parents[2]
ROWS = [row for chapter in of_the_house().values() for row in chapter]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_has_a_rule_or_a_reason(row: Row) -> None:
    assert bool(row.rules) != bool(row.but), (
        "say which rule stands for it in the rule's tags, or why none does in `but`"
    )
    assert row.did


def test_rules_name_rows_that_exist() -> None:
    tags = {tag for rule in _rules() for tag in rule.get("tags", [])}
    assert tags - {row.id for row in ROWS} == set()


def test_the_page_is_that_of_the_rules() -> None:
    written = (ROOT / "docs" / "receivers.md").read_text(encoding="utf-8")
    assert written == page(of_the_house()), "run: python manage.py draw_receivers"


def test_no_row_of_the_source_is_missing(shared: Path) -> None:
    """The chapter of examples of traps has ids of its own, which are no rows."""
    text = (shared / "facts" / "RECEIVERS.md").read_text(encoding="utf-8").partition("\n## 8.")[0]
    wanted = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}
    known = {row.id for row in ROWS}
    assert {name for name in wanted if name[:1].isupper() and name[1:2].isdigit()} == known


def _rules() -> list[dict[str, list[str]]]:
    return load(HOUSE_FILE.read_text(encoding="utf-8"), name=HOUSE_FILE.name).documents[0].data["rules"]
