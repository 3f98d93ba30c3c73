"""Every event that the replaced systems told is a declared type here, with the schema of its facts; or the table says why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import core.bridge
import state_machines
from core import catalog, refs
from core.bridge.binding import Binding, load
from core.catalog import facts_of_event

TABLE: dict[str, Any] = YAML(typ="safe", pure=True).load(
    Path(state_machines.__file__ or "").with_name("event_catalogue.yaml").read_text(encoding="utf-8")
)
BRIDGED: dict[str, Binding] = {
    one.event.name: one
    for file in sorted(Path(core.bridge.__file__ or "").with_name("ready").glob("*.yaml"))
    for one in load(file)
}
CHAPTERS = ("signals", "times", "easypay", "midtrans", "athm")


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def of_objects() -> list[tuple[str, str]]:
    """(what was told, our event type) of every object's row."""
    return [
        (f"{name}.{was}", ours if "." in ours else f"{row['noun']}.{ours}")
        for name, row in TABLE["objects"].items()
        for was, some in row.get("told", {}).items()
        for ours in listed(some)
    ]


def of_the_rest() -> list[tuple[str, str]]:
    rows = [(f"{chapter}.{was}", row) for chapter in CHAPTERS for was, row in TABLE[chapter].items()]
    return [(was, ours) for was, row in rows for ours in row.get("told", [])]


@pytest.mark.parametrize(("was", "ours"), [*of_objects(), *of_the_rest()], ids=lambda value: value)
def test_it_is_a_declared_type_whose_facts_have_a_schema(was: str, ours: str) -> None:
    declared = catalog.event_types.get(ours)
    assert str(declared.title)
    facts = facts_of_event(ours)
    if declared.noun is None:
        return
    assert facts
    assert f"{declared.noun}.state" in facts
    check = refs.MODELS[declared.noun].shape.check(ours)
    assert check.problem({}) is not None, "facts without a schema"


@pytest.mark.parametrize(
    "name", [row["bridge"] for chapter in CHAPTERS for row in TABLE[chapter].values() if "bridge" in row]
)
def test_what_a_package_tells_is_bound_with_typed_facts(name: str) -> None:
    assert BRIDGED[name].event.facts
    assert all(isinstance(fact.kind, catalog.Kind) for fact in BRIDGED[name].event.facts)


def reasons() -> list[tuple[str, str]]:
    of_rows = [(name, row.get("but", {})) for name, row in TABLE["objects"].items()]
    return [
        *((f"{name}.{was}", why) for name, some in of_rows for was, why in some.items()),
        *((was, row["but"]) for chapter in CHAPTERS for was, row in TABLE[chapter].items() if "but" in row),
    ]


@pytest.mark.parametrize(("was", "why"), reasons(), ids=lambda value: value if " " not in value else "")
def test_what_has_no_type_has_one_sentence_of_why(was: str, why: str) -> None:
    assert 5 <= len(why.split()) <= 30
    assert "." not in why.rstrip(".")


def test_every_row_says_one_or_the_other() -> None:
    for name, row in TABLE["objects"].items():
        assert row.get("told") or row.get("but"), name
        assert ("noun" in row) == bool(row.get("told")), name
        assert not set(row.get("told", {})) & set(row.get("but", {})), name
    for chapter in CHAPTERS:
        for name, row in TABLE[chapter].items():
            assert len({"told", "but", "bridge"} & set(row)) == 1, name


class TestNothingOfTheSourceIsMissing:
    """The lists that these events were gathered from; looked at where they lie beside the project."""

    @pytest.fixture
    def text(self, shared: Path) -> str:
        return (shared / "facts" / "EVENT_CATALOGUE.md").read_text(encoding="utf-8")

    def test_of_objects(self, text: str) -> None:
        rows = [[PARENTHESES.sub("", cell) for cell in row] for row in cells(text, "### 2.1", "### 2.2")]
        assert len(rows) > 30
        for models, told, moved in rows:
            names = {ALIASES.get(name, name) for name in re.findall(r"[A-Z]\w+", models)}
            assert names - set(TABLE["objects"]) == set()
            if len(names) > 1:
                continue
            [row] = [TABLE["objects"][name] for name in names]
            wanted = set(re.findall(r"(?<=\.)[a-z_]+", told)) | set(NAME.findall(moved))
            known = {*row.get("told", {}), *row.get("but", {})}
            assert "all" in known or wanted - known == set(), names

    def test_of_signals(self, text: str) -> None:
        named = {name for row in cells(text, "### 2.2", "### 2.3") for name in NAME.findall(row[0])}
        assert len(named) > 15
        assert named - {"post_send"} - set(TABLE["signals"]) == set()

    @pytest.mark.parametrize(
        ("chapter", "start", "end"),
        [("easypay", "\n## 3", "\n## 4"), ("midtrans", "\n## 4", "\n## 5"), ("athm", "\n## 5", "\n## 6")],
    )
    def test_of_providers(self, text: str, chapter: str, start: str, end: str) -> None:
        """A cell such as `wallet_credited / _debited` names two."""
        told = [row[0].split(" / ") for row in cells(text, start, end)]
        named = {
            one if NAME.fullmatch(one) else some[0].partition("_")[0] + one
            for some in told
            for one in some
            if NAME.fullmatch(one) or one.startswith("_")
        }
        assert len(named) >= 4
        assert named - set(TABLE[chapter]) == set()


PARENTHESES, NAME = re.compile(r"\(.*?\)"), re.compile(r"(?<![\w.])_?[a-z]+(?:_[a-z]+)+(?!\w)")
ALIASES = {"CustomerNote": "Note"}


def cells(text: str, start: str, end: str) -> list[list[str]]:
    """The body rows of the tables between two headings."""
    between = text.partition(start)[2].partition(end)[0]
    lines = [line for line in between.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
