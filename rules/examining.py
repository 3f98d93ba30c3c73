"""The evidence about a change request: its review, the scenarios, and the gate before it goes live."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from rules.activation import try_out
from rules.change_requests import ChangeRequest
from rules.document.problem import Problem
from rules.reading import live_document
from rules.reviewing import Review, review
from rules.rule_sets import HOUSE
from rules.scenarios import failures


def examine(request: ChangeRequest) -> Review:
    """Look at a change request, run all scenarios, and let the gate compile and compare it; changes nothing.

    Rules that the gate let through once are not compiled again. Where there are errors already, no more is looked for.
    """
    found = review(request)
    if found.document is None or found.errors:
        return found
    problems: list[Problem] = failures(found.document)
    tested = ""
    if not problems and found.weight != "light":
        house = live_document(HOUSE) if found.document.set != HOUSE else None
        tested = hashlib.sha256(f"{found.digest} {found.house}".encode()).hexdigest()
        if tested != request.tested:
            problems = try_out(house, found.document) if house else try_out(found.document)
    return replace(found, problems=(*found.problems, *problems), tested="" if problems else tested)
