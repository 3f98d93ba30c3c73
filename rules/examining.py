"""The evidence about a change request: its review, the scenarios, and the gate before it goes live."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import replace

from django.conf import settings

from rules.activation import try_out
from rules.change_requests import ChangeRequest
from rules.dead import dead
from rules.document.model import content_hash
from rules.document.problem import Problem
from rules.reading import below_of
from rules.reviewing import Review, review
from rules.scenarios import failures

_let_through: deque[str] = deque(maxlen=256)  # what the gate let through for this process


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
        house = below_of(found.document.set)
        below = content_hash(house) if house else ""
        tested = hashlib.sha256(f"{found.digest} {below}".encode()).hexdigest()
        if tested != request.tested and tested not in _let_through:
            problems = try_out(house, found.document) if house else try_out(found.document)
            if not problems and settings.CONFIG.gate_seconds:
                _let_through.append(tested)
    warnings = [] if problems else dead(request, found.document)
    return replace(found, problems=(*found.problems, *problems, *warnings), tested="" if problems else tested)
