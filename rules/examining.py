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
from rules.reach import change_of
from rules.reading import below_of, document_of
from rules.reviewing import Review, review
from rules.scenarios import failures

_let_through: deque[str] = deque(maxlen=256)  # what the gate let through for this process


def examine(request: ChangeRequest) -> Review:
    """Look at a change request, run all scenarios, and let the gate compile and compare it; changes nothing.

    Rules that the gate let through once are not compiled again. Where there are errors already, no more is looked for.
    """
    found = review(request)
    document, key = found.document, request.rule_set.key
    if document is None:
        return found
    house = below_of(key)
    change = change_of(document_of(request.rule_set.live, key), document, house)
    found = replace(found, change=change)
    if found.errors:
        return found
    problems: list[Problem] = failures(document)
    tested = ""
    if not problems and found.weight != "light":
        below = content_hash(house) if house else ""
        tested = hashlib.sha256(f"{found.digest} {below}".encode()).hexdigest()
        if tested != request.tested and tested not in _let_through:
            problems = try_out(house, document) if house else try_out(document)
            if not problems and settings.CONFIG.gate_seconds:
                _let_through.append(tested)
    warnings = [] if problems else dead(request, document, change.changed)
    return replace(found, problems=(*found.problems, *problems, *warnings), tested="" if problems else tested)
