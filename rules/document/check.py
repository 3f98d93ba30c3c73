"""Checks one document by itself: plain data, the schema, keys that stand twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.said import Said, said
from rules.document.model import Document
from rules.document.plain import faults
from rules.document.problem import Problem, join
from rules.document.rows import misplaced
from rules.document.shape import misfits


def check_document(document: Document) -> list[Problem]:
    """Every problem of shape, in the order of the checks; a document without errors may be compiled."""
    for check in (faults, misfits, _later):
        found = list(check(document.data))
        if found:
            return [error(document, pointer, message) for pointer, message in found]
    return []


def error(document: Document, pointer: str, message: Said) -> Problem:
    return Problem("error", document.rule_at(pointer), pointer, message, document.line_of(pointer))


def warning(document: Document, pointer: str, message: Said) -> Problem:
    return Problem("warning", document.rule_at(pointer), pointer, message, document.line_of(pointer))


def steps_of(rule: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pointer and data of each step of a rule, also of those within a block, in the order written."""
    for place, step in enumerate(rule.get("then", [])):
        yield join(pointer, "then", place), step
        yield from steps_of(step, join(pointer, "then", place))


def _later(data: Any) -> Iterator[tuple[str, Said]]:
    yield from _twice(data)
    yield from misplaced(data)


def _twice(data: dict[str, Any]) -> Iterator[tuple[str, Said]]:
    segments = [segment["key"] for segment in data.get("segments", [])]
    for place, key in enumerate(segments):
        if key in segments[:place]:
            yield (
                join("/segments", place, "key"),
                said('two segments have the key "{key}"; give one of them another key', key=key),
            )
    keys: set[str] = set()
    for place, rule in enumerate(data.get("rules", [])):
        if rule["key"] in keys:
            yield (
                join("/rules", place, "key"),
                said('two rules have the key "{key}"; give one of them another key', key=rule["key"]),
            )
        keys.add(rule["key"])
        ids: set[str] = set()
        for pointer, step in steps_of(rule, join("/rules", place)):
            name = step.get("id", step.get("do", ""))
            if name and name in ids:
                yield (
                    pointer,
                    said('two steps of this rule are called "{name}"; give one of them an id of its own', name=name),
                )
            ids.add(name)
