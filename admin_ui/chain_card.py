"""The causal tree of an event: what happened, which rules acted on it, and what they did, each below what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from actions.runs import ActionRun
from admin_ui.runs_of import by_event, runs_of
from core.chains import Chain
from core.events import Event
from rules.decisions import Decision


@dataclass(frozen=True)
class Branch:
    """One event of the tree; `later` is the time since its cause, None where that is outside or there is none."""

    event: Event
    indent: int
    later: timedelta | None
    decision: Decision | None
    runs: list[ActionRun]


def branches(chain: Chain) -> list[Branch]:
    """The tree as a list, causes first. Two queries."""
    events = {link.event.pk: link.event for link in chain.links}
    decided = Decision.objects.filter(event_id__in=events).only("event_id", "outcome", "rules").order_by("attempt")
    decisions = {row.event_id: row for row in decided}
    runs = by_event(runs_of(event_id__in=list(events)))
    return [
        Branch(
            link.event, link.indent, _later(link.event, events), decisions.get(link.event.pk), runs.get(link.event.pk, [])
        )
        for link in chain.links
    ]  # fmt: skip


def _later(event: Event, events: Mapping[int, Event]) -> timedelta | None:
    cause = events.get(event.cause or 0)
    return event.at - cause.at if cause is not None else None
