"""Checks parameters: their defaults, those a rule uses and nobody declared, and those nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import nearest
from core.said import said
from rules.checks.scope import Finding
from rules.checks.tables import find, keys, table
from rules.document.check import error, warning
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.params import misfit, single
from rules.step import texts
from rules.tables import is_table


def parameters(
    document: Document, declared: Mapping[str, Any] | None, others: list[Document], catalog: Any
) -> Iterator[Problem]:
    """Problems of the parameters of one set. `declared` are those of the house, None where it is not at hand; `others`
    are further documents, whose rules may use them too."""
    asked = _asked(document)
    if declared is not None:
        for pointer, name in asked.items():
            if name not in declared:
                near = nearest(name, list(declared))
                yield error(
                    document,
                    pointer,
                    said('there is no parameter "{name}"; declare it under params.{near}', name=name, near=near),
                )
    if document.set != "house":
        for name, value in document.params.items():
            if declared is not None and name in declared and is_table(declared[name]) and isinstance(value, dict):
                by = declared[name]["type"]["by"]
                if fact := find(by, catalog):
                    yield from _placed(document, keys(value, by, fact, join("/params", name)))
        return
    names = set(asked.values()).union(*(set(_asked(other).values()) for other in others))
    for name, declaration in document.params.items():
        pointer = join("/params", name)
        for key in ("default", "min", "max"):
            bounded = declaration if key == "default" else {"type": single(declaration)}
            if key in declaration and (problem := misfit(bounded, declaration[key])):
                yield error(document, join(pointer, key), problem)
        if is_table(declaration):
            yield from _placed(document, table(declaration, pointer, catalog))
        if name not in names:
            yield warning(
                document, pointer, said('no rule uses the parameter "{name}"; use it or take it out', name=name)
            )


def _placed(document: Document, findings: Iterator[Finding]) -> Iterator[Problem]:
    for found in findings:
        place = error if found.severity == "error" else warning
        yield place(document, found.pointer, found.message)


def _asked(document: Document) -> dict[str, str]:
    return dict(used(document.rules, "/rules")) | dict(used(document.change, "/change"))


def used(data: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Pointer and name of each parameter that rules mention, in values and in templates."""
    if isinstance(data, dict):
        if isinstance(data.get("param"), str) and not pointer.endswith("/with"):
            yield join(pointer, "param"), data["param"]
        for key, item in data.items():
            yield from used(item, join(pointer, key))
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from used(item, join(pointer, number))
    elif isinstance(data, str):
        for place, text in texts(data, pointer):
            for word in text.split("params.")[1:]:
                name = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in word).split()
                yield place, name[0] if name else ""
