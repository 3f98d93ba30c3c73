"""The Romanian catalogue as it is committed: whole, nothing guessed, every place kept. Reads the files; needs no gettext."""

from __future__ import annotations

import ast
import gettext
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "locale" / "ro" / "LC_MESSAGES"
PLACES = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
CEDILLAS = re.compile("[şţŞŢ]")


@dataclass
class Entry:
    """One entry of a .po file: `texts` by keyword, such as msgid or msgstr[1]."""

    flags: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> list[str]:
        return [text for key, text in self.texts.items() if key.startswith("msgstr")]


def entries(po: str) -> list[Entry]:
    found = []
    for block in po.split("\n\n"):
        entry, key = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.flags += line
            elif not line.startswith("#"):
                word, _, quoted = ("", "", line) if line.startswith('"') else line.partition(" ")
                key = word or key
                entry.texts[key] = entry.texts.get(key, "") + ast.literal_eval(quoted)
        if entry.texts.get("msgid"):
            found.append(entry)
    return found


@pytest.fixture(scope="module")
def catalogue() -> list[Entry]:
    return entries((FOLDER / "django.po").read_text("utf-8"))


def test_a_hole_and_a_guess_are_seen() -> None:
    hole, guess = entries('msgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid ""\n"b"\nmsgstr[0] "c"\nmsgstr[1] ""\n')
    assert hole.said == [""]
    assert (guess.texts["msgid"], guess.said, "fuzzy" in guess.flags) == ("b", ["c", ""], True)


def test_every_string_is_translated_and_none_is_guessed(catalogue: list[Entry]) -> None:
    assert len(catalogue) > 1500
    assert [entry.texts["msgid"] for entry in catalogue if not all(entry.said)] == []
    assert [entry.texts["msgid"] for entry in catalogue if "fuzzy" in entry.flags] == []
    assert [entry for entry in catalogue if "msgid_plural" in entry.texts and len(entry.said) != 3] == []


def test_translations_keep_the_places_that_are_filled(catalogue: list[Entry]) -> None:
    for entry in catalogue:
        places = {place for key in ("msgid", "msgid_plural") for place in PLACES.findall(entry.texts.get(key, ""))}
        for said in entry.said:
            assert set(PLACES.findall(said)) <= places, entry.texts["msgid"]
            assert "msgid_plural" in entry.texts or set(PLACES.findall(said)) == places, entry.texts["msgid"]
            assert not CEDILLAS.search(said), f"{entry.texts['msgid']}: ș and ț have a comma below"


def test_what_is_compiled_is_what_is_written(catalogue: list[Entry]) -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in catalogue:
        msgid, context = entry.texts["msgid"], entry.texts.get("msgctxt")
        told = compiled.pgettext(context, msgid) if context else compiled.gettext(msgid)
        if "msgid_plural" in entry.texts:
            told = compiled.ngettext(msgid, entry.texts["msgid_plural"], 1)
        assert told == entry.said[0], "compile the catalogue again: manage.py compilemessages -l ro"
