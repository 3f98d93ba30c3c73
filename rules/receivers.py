"""The table of hard-coded receivers and the rules of the packs that stand for them, as a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.document.load import load
from rules.document.problem import BadRules
from rules.document.yaml_text import read_yaml

PACKS = Path(__file__).parent / "packs"
HOUSE_FILE, ROWS_FILE = PACKS / "house.yaml", Path(__file__).with_suffix(".yaml")
POLICIES_FOLDER = PACKS / "policies"  # what segments of the house have of their own
_HEAD = """# Receivers and rules

What hard-coded receivers of a billing system did, and what does it here. Made by `python manage.py draw_receivers`; the rows
stand in `rules/receivers.yaml`, and rules name them in their `tags`.
"""


@dataclass(frozen=True)
class Row:
    """One receiver: what it did, the keys of the rules that stand for it, and why there is none."""

    id: str
    did: str
    rules: tuple[str, ...]
    but: str


def rows(rules: list[dict[str, Any]], text: str) -> dict[str, list[Row]]:
    """The rows by chapter. `text` is that of the rows' file. Raises Unreadable."""
    [(chapters, _lines)] = read_yaml(text)
    by_tag: dict[str, list[str]] = {}
    for rule in rules:
        for tag in rule.get("tags", []):
            by_tag.setdefault(tag, []).append(rule["key"])
    return {
        title: [Row(name, row["did"], tuple(by_tag.get(name, ())), row.get("but", "")) for name, row in chapter.items()]
        for title, chapter in chapters.items()
    }


def page(chapters: dict[str, list[Row]]) -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for title, found in chapters.items():
        lines = [f"| {row.id} | {row.did} | {_answer(row)} |" for row in found]
        parts.append(f"\n## {title}\n\n| row | what it did | here |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def of_the_packs() -> dict[str, list[Row]]:
    """The rows with the rules that stand for them in the packs."""
    return rows(_rules(), ROWS_FILE.read_text(encoding="utf-8"))


def _rules() -> list[dict[str, Any]]:
    """The rules of every pack, the house's first."""
    found: list[dict[str, Any]] = []
    for file in sorted(PACKS.glob("*.yaml"), key=lambda path: (path != HOUSE_FILE, path.name)):
        loaded = load(file.read_text(encoding="utf-8"), name=file.name)
        if not loaded.ok:
            raise BadRules(loaded.problems)
        found += [rule for document in loaded.documents for rule in document.data.get("rules", [])]
    return found


def _answer(row: Row) -> str:
    return ", ".join(f"`{key}`" for key in row.rules) or f"no rule: {row.but}"
