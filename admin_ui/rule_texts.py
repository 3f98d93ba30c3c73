"""Texts of rules as pages show them: where a change begins, and problems as data beside their lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from admin_ui.facts_table import paths
from core.http import in_words
from rules.document.problem import Problem
from rules.editing import text_of
from rules.reading import live_version
from rules.rule_sets import HOUSE

NEW_HOUSE = """set: house
params: {}
rules: []
"""
NEW_OVERLAY = """# Changes to the rules of the house for {key} alone.
set: {key}

# Numbers of this customer's own; the house declares their names.
params: {{}}

# Rules of the house that are not for this customer, each with the reason:
#   late-fee: contract of 2026-11
mute: {{}}

# Rules that only this customer has.
rules: []
"""


def starting_text(key: str) -> str:
    """The text with which a change of set `key` begins: the live version's, or a template that explains itself."""
    version = live_version(key)
    if version is not None:
        return text_of(version, key)
    return NEW_HOUSE if key == HOUSE else NEW_OVERLAY.format(key=key)


def as_data(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems for the page, in the order of their lines; errors before warnings on the same line. `facts` of the
    witness are by path, `shown` is its event as JSON text."""
    found = [
        {
            "line": problem.line or 1,
            "severity": problem.severity,
            "rule": problem.rule,
            "pointer": problem.pointer,
            "message": in_words(problem.message),
            "title": _title(problem),
            "code": problem.code,
            "witness": problem.witness,
            "facts": paths("", problem.witness["event"]["facts"]) if problem.witness else [],
            "shown": json.dumps(problem.witness["event"], indent=2, ensure_ascii=False) if problem.witness else "",
        }
        for problem in problems
    ]
    return sorted(found, key=lambda row: (row["line"], row["severity"]))


def _title(problem: Problem) -> str:
    if problem.severity == "note":
        return gettext("Not decided")
    return gettext("Error") if problem.severity == "error" else gettext("Warning")
