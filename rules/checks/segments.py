"""Checks the list of segments of the house, and that a segment with rules of its own is in that list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.errors import nearest
from core.said import said
from rules.checks.comparing import condition
from rules.checks.scope import Scope
from rules.document.check import error
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.rule import build_rule
from rules.segments import SEGMENT, try_segments


def segments(document: Document, house: Document | None, catalog: Any, *, strict: bool) -> Iterator[Problem]:
    """Conditions about anything but declared facts of the customer; a set of a segment that nobody can be in."""
    _found, wrong = try_segments(document)
    yield from wrong
    for place, segment in enumerate(document.segments if not wrong else ()):
        if "if" in segment:
            rule = build_rule({"key": segment["key"], "when": "customer.*", "if": segment["if"], "then": []})
            for found in condition(rule.condition, Scope(rule, catalog, strict=strict), {}):
                where = join("/segments", place) + found.pointer
                yield Problem(found.severity, "", where, found.message, document.line_of(where))
    if document.set.startswith(SEGMENT) and house is not None:
        known, key = [segment["key"] for segment in house.segments], document.set.removeprefix(SEGMENT)
        if key not in known:
            says = said('the house has no segment "{key}"; put it into the list `segments` of the house first', key=key)
            yield error(document, "/set", said("{says}.{near}", says=says, near=nearest(key, known)))
