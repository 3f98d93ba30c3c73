"""The texts of messages as one table: which rules send them, in which languages, and on what they can be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from core.events import Event
from rules.document.model import Document
from rules.reading import live_document
from rules.rule_sets import HOUSE, RuleSet
from rules.texts import LANGUAGES, PARTS

EMPTY = dict.fromkeys(PARTS, "")


@dataclass(frozen=True)
class Text:
    """One text: its languages, the rules of the house that send it, and the sets that have one of their own."""

    name: str
    subject: str
    languages: tuple[str, ...]
    rules: tuple[str, ...]
    own: tuple[str, ...]


def texts() -> list[Text]:
    """Every text of the house, in the order in which they are written."""
    house = live_document(HOUSE)
    if house is None:
        return []
    own: dict[str, list[str]] = {}
    sets = RuleSet.objects.exclude(live=None).exclude(key=HOUSE).order_by("key")
    for key, document in sets.values_list("key", "live__document"):
        for name in document.get("texts", {}):
            own.setdefault(name, []).append(key)
    return [
        Text(
            name, _read_by_reader(parts)["subject"], tuple(parts), tuple(sent_by(house, name)), tuple(own.get(name, ()))
        )
        for name, parts in house.texts.items()
    ]


def written_in(document: Document | None, name: str, below: Document) -> dict[str, dict[str, str]]:
    """language -> subject and text: those of the set where it has its own, else those of the house `below`."""
    found = {**below.texts.get(name, {}), **(document.texts.get(name, {}) if document else {})}
    return {language: {**EMPTY, **found.get(language, {})} for language in dict.fromkeys([*LANGUAGES, *found])}


def sent_by(house: Document, name: str) -> Iterator[str]:
    """The keys of the rules that send the text, named in the rule or by a parameter of the house."""
    by_param = {key for key, declared in house.params.items() if name in _named(declared.get("default"))}
    for rule in house.rules:
        if any(given == name or given in by_param for given in _templates(rule.get("then", []))):
            yield rule["key"]


def newest_for(house: Document, name: str) -> str:
    """The reference of the object that the newest event was about on which a rule could send the text; else empty."""
    keys = set(sent_by(house, name))
    for rule in house.rules:
        if rule["key"] not in keys:
            continue
        when = rule["when"]
        events = Event.objects.order_by("-id")
        if isinstance(when, Mapping):
            noun = str(when.get("each") or when.get("date") or when.get("state") or "").partition(".")[0]
            found = events.filter(subject__startswith=f"{noun}:")[:1] if noun else events.none()
        else:
            found = events.filter(type__in=[when] if isinstance(when, str) else list(when))[:1]
        for event in found:
            return event.subject
    return ""


def _templates(steps: list[Any]) -> Iterator[str]:
    """What steps name as template: the name of a text, or that of a parameter."""
    for step in steps:
        yield from _templates(step.get("then", []))
        given = step.get("with", {}).get("template")
        if isinstance(given, Mapping):
            yield str(given.get("param", ""))
        elif given:
            yield str(given)


def _named(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(item) for item in value.values()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _read_by_reader(parts: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The text in the reader's language, else in its first."""
    return parts.get(get_language() or "") or next(iter(parts.values()), EMPTY)
