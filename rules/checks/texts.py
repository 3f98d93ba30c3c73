"""Checks the texts of messages: that they can be parsed and are there in every language, and that rules name only such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.errors import nearest
from core.said import said
from rules.checks.acting import find
from rules.document.check import error, warning
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.params import single
from rules.rule import Rule
from rules.step import Step
from rules.templates import NotRendered, parsed
from rules.texts import LANGUAGES, templates
from rules.values import Literal, ParamValue, build_value

NAMES_A_TEXT = "names"  # the keyword in the schema of an argument: {"type": "string", "names": "text"}


def message_texts(
    document: Document, house: Document | None, catalog: Any, rules: Sequence[Rule], inherited: Sequence[Rule]
) -> Iterator[Problem]:
    """Problems of the texts of one set, and of what its rules and parameters say about texts. `inherited` are the rules
    of the house where the set is an overlay."""
    yield from _own(document)
    if house is None and document.set != "house":
        return
    known = {**(house.texts if house else {}), **document.texts}
    declared = (house or document).params
    places = {rule["key"]: place for place, rule in enumerate(document.rules)}
    own = [found for rule in rules for found in _named(rule.steps, join("/rules", places[rule.key], "then"), catalog)]
    used: set[str] = set()
    for pointer, value in own:
        if isinstance(value, Literal):
            used.add(str(value.value))
            yield from _exists(document, pointer, value.value, known)
        elif isinstance(value, ParamValue):
            yield from _is_template(document, pointer, value.name, declared)
    every = [*own, *(found for rule in inherited for found in _named(rule.steps, "", catalog))]
    for name in dict.fromkeys(value.name for _pointer, value in every if isinstance(value, ParamValue)):
        pointer, given = _given(document, name, declared)
        for text in _values(given):
            used.add(str(text))
            yield from _exists(document, pointer, text, known)
    if document.set == "house" and own:
        for name in sorted(document.texts.keys() - used):
            yield warning(
                document,
                join("/texts", name),
                said('no rule names the text "{name}"; use it or take it out', name=name),
            )


def _given(document: Document, name: str, declared: Mapping[str, Any]) -> tuple[str, Any]:
    """Where this set says what a parameter is, and what it says."""
    if document.set == "house":
        return join("/params", name, "default"), declared.get(name, {}).get("default")
    return join("/params", name), document.params.get(name)


def _own(document: Document) -> Iterator[Problem]:
    for pointer, template in templates(document.texts):
        try:
            parsed(template)
        except NotRendered as problem:
            yield error(
                document, pointer, said("this is no text that can be written: {problem}", problem=problem.args[0])
            )
    if document.set == "house":
        for name, languages in document.texts.items():
            for missing in (language for language in LANGUAGES if language not in languages):
                says = said(
                    'the text "{name}" is not there in "{missing}"; who reads that language gets it in another',
                    name=name,
                    missing=missing,
                )
                yield warning(document, join("/texts", name), says)


def _named(steps: Iterable[Step], above: str, catalog: Any) -> list[tuple[str, Any]]:
    """Pointer and value of each argument that names a text."""
    found = []
    for place, step in enumerate(steps):
        pointer = join(above, place)
        if step.then:
            found += _named(step.then, join(pointer, "then"), catalog)
            continue
        doing = find(step.do, catalog)
        known: Mapping[str, Any] = doing.schema.get("properties", {}) if doing else {}
        for name, written in step.document.get("with", {}).items():
            if known.get(name, {}).get(NAMES_A_TEXT) == "text":
                found.append((join(pointer, "with", name), build_value(written, "")))
    return found


def _exists(document: Document, pointer: str, name: Any, known: Mapping[str, Any]) -> Iterator[Problem]:
    if name not in known:
        near = nearest(str(name), list(known))
        yield error(
            document,
            pointer,
            said('there is no text "{name}"; write it under texts, or correct the name.{near}', name=name, near=near),
        )


def _is_template(document: Document, pointer: str, name: str, declared: Mapping[str, Any]) -> Iterator[Problem]:
    if name in declared and single(declared[name]) != "template":
        says = said('the parameter "{name}" names no text; give it the type template', name=name)
        yield error(document, pointer, says)


def _values(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, dict):
        return list(given.values())
    return given if isinstance(given, list) else [given]
