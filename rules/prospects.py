"""Everything about a change request on one page: its review, what it does to overlays, and what it reaches."""

from __future__ import annotations

from dataclasses import dataclass

from rules.change_requests import ChangeRequest
from rules.examining import examine
from rules.overlay_conflicts import effects_of
from rules.preview import Preview, preview
from rules.reach import Stated, stated
from rules.reading import document_of
from rules.remerging import Effect
from rules.reviewing import Review


@dataclass(frozen=True)
class Prospect:
    """`effects` are those of overlays that are in conflict, or keep something of their own."""

    review: Review
    effects: tuple[Effect, ...] = ()
    preview: Preview | None = None
    reach: tuple[Stated, ...] = ()


def prospect(request: ChangeRequest) -> Prospect:
    """What would happen if it were published now; changes nothing."""
    found = examine(request)
    if found.document is None or found.change is None:
        return Prospect(found)
    key = request.rule_set.key
    effects = () if found.errors or key.startswith("customer:") else effects_of(found.document).values()
    live = document_of(request.rule_set.live, key)
    shifts = None if found.errors else preview(live, found.document, found.change.house)
    notable = tuple(effect for effect in effects if effect.conflicts or effect.keeps)
    return Prospect(found, notable, shifts, tuple(stated(found.change)))
