"""The proof of a stored decision, recomputed from the versions that it names: what each rule saw and why it acted."""

from __future__ import annotations

from dataclasses import dataclass

from core.as_of import rows_at
from core.events import Event
from core.lookups import Rows
from rules.decisions import Decision
from rules.observed import Observed
from rules.observing import Stored
from rules.pinned import documents
from rules.trying import Tried, try_event

NONE = Tried(())


@dataclass(frozen=True)
class Proven:
    """What every rule of the decision's versions says. `agrees` is false where that differs from what was stored;
    `problem` says why there is no proof."""

    tried: Tried = NONE
    agrees: bool = True
    problem: str = ""


def prove(event: Event, decision: Decision) -> Proven:
    """The proof of `decision` about `event`. Reads the versions by their content hashes; writes nothing."""
    if not decision.house:
        return Proven(problem="no rules were live when this was decided")
    try:
        house, *overlays = documents(decision.versions)
    except LookupError:
        return Proven(problem="a version that decided this is not on this server")
    tried = try_event(event.as_document(), house, *overlays, history=Stored(observed_of(decision)))
    muted = {rule.key for rule in tried.not_eligible}
    stored = set(decision.rules) | (set(decision.held_back) - muted)
    return Proven(tried, agrees=stored == {rule.key for rule in tried.acted})


def observed_of(decision: Decision) -> Observed:
    """What the decision has stored; the rows are read again from the events that they were."""
    rows = {}
    for relation, found in decision.observed.get("rows", {}).items():
        by_position = {row.position: row for row in rows_at(found["positions"])}
        rows[relation] = Rows(tuple(by_position[key] for key in found["positions"]), found["more"])
    return Observed(decision.observed.get("seen", {}), rows)
