"""The events of moments, derived from the events of an object: what a rule that hangs on time would be asked, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core import clock
from rules.calendars import Calendar
from rules.kinds import as_moment
from rules.moments import Known, Moment
from rules.rule import Rule
from rules.sources import instant
from rules.timing import MOMENT_DUE

INSTANT = timedelta(microseconds=1)  # the least that can lie between two times


def derived(
    rule: Rule,
    events: Sequence[Mapping[str, Any]],
    after: datetime,
    to: datetime,
    params: Mapping[str, Any],
    calendar: Calendar,
) -> Iterator[dict[str, Any]]:
    """An event document for each moment of `rule` in (after, to], in order, from the events of one object in the order of
    the log; those that the clock recorded tell nothing. It carries what was known of the object then, and `moment`:
    {rule, base, due, number, offset, last}; its id is the same whenever it is derived. None once the object is deleted, for a
    rule that hangs on events, or for one on a schedule without objects."""
    timing = rule.timing
    if timing is None or not timing.noun:
        return
    seen = [(since, event) for event in _about(timing.noun, events) if (since := instant(event.get("at"))) is not None]
    gone = [since for since, event in seen if event.get("type") == f"{timing.noun}.deleted"]
    to = min(to, *(since - INSTANT for since in gone)) if gone else to
    history = [Known(since, _facts(event), _state(timing.noun, event)) for since, event in seen]
    for moment in timing.moments(history, after, to, params, calendar):
        # the last of those of one instant counts, as it does for moments
        known = max((one for one in enumerate(seen) if one[1][0] <= moment.due), key=lambda one: (one[1][0], one[0]))
        yield event_of(moment, rule.key, known[1][1])


def event_of(moment: Moment, rule: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The event document of a moment of the rule with this key; `known` is the last event of its object by then."""
    facts = facts_of(moment, rule)
    return {
        "id": f"{rule}/{known['subject']}/{facts['base']}/{facts['offset']}",
        "type": MOMENT_DUE,
        "subject": known["subject"],
        "customer": known.get("customer") or "",
        "at": moment.due.isoformat(),
        "facts": {**_facts(known), "moment": facts},
    }


def facts_of(moment: Moment, rule: str) -> dict[str, Any]:
    """What conditions see under `moment`."""
    base, due = moment.base.isoformat(), clock.iso(moment.due)
    which = {"number": moment.number, "offset": str(moment.offset), "last": moment.last}
    return {"rule": rule, "base": base, "due": due, **which}


def due_in(event_type: str, facts: Mapping[str, Any]) -> datetime | None:
    """When the moment was due of which an event tells, whenever the clock performed it; None for any other event."""
    moment = facts.get("moment") if event_type == MOMENT_DUE else None
    due = as_moment(moment.get("due")) if isinstance(moment, Mapping) else None
    return due if isinstance(due, datetime) and due.tzinfo else None


def _about(noun: str, events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (
        event
        for event in events
        if str(event.get("subject") or "").startswith(f"{noun}:") and event.get("type") != MOMENT_DUE
    )


def _facts(event: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = event.get("facts")
    return facts if isinstance(facts, Mapping) else {}


def _state(noun: str, event: Mapping[str, Any]) -> str | None:
    own = _facts(event).get(noun)
    state = own.get("state") if isinstance(own, Mapping) else None
    return state if isinstance(state, str) else None
