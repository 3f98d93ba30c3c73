"""Texts that messages are written from: by name and language, each a Liquid template. Pure; for overlays and sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.document.problem import join
from rules.facts import View
from rules.templates import render

LANGUAGES = ("ro", "en")
LAST_RESORT = "en"
PARTS = ("subject", "text")

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]  # name -> language -> subject and text


@dataclass(frozen=True)
class Written:
    """A message as it goes out."""

    subject: str
    text: str


def merged(below: Texts, over: Texts) -> dict[str, dict[str, Mapping[str, str]]]:
    """The texts of `below` with those of `over` in place of them, each language by itself."""
    return {name: {**below.get(name, {}), **over.get(name, {})} for name in {**below, **over}}


def written(texts: Texts, name: str, language: str, view: View) -> Written | None:
    """The text `name` for one event, in the language asked for, else in English, else in any; None where there is none.

    Raises NotRendered where it asks for a fact that is not set.
    """
    found = texts.get(name) or {}
    chosen = next((found[key] for key in (language, LAST_RESORT, *found) if key in found), None)
    if chosen is None:
        return None
    subject, text = (render(chosen.get(part, ""), view, language) for part in PARTS)
    return Written(" ".join(subject.split()), text)


def templates(texts: Texts) -> Iterator[tuple[str, str]]:
    """JSON pointer, within a document, and template of every text."""
    for name, languages in texts.items():
        for language, parts in languages.items():
            for part, template in parts.items():
                yield join("/texts", name, language, part), template
