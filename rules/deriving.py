"""The events of moments, derived from the events of an object: what a rule that hangs on time would be asked, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rules.calendars import Calendar
from rules.moments import Known, Moment
from rules.rule import Rule
from rules.sources import instant

MOMENT_DUE = "moment.due"


def derived(
    rule: Rule,
    events: Sequence[Mapping[str, Any]],
    after: datetime,
    to: datetime,
    params: Mapping[str, Any],
    calendar: Calendar,
) -> Iterator[dict[str, Any]]:
    """An event document for each moment of `rule` in (after, to], in order, from the events of one object in the order of
    the log. It carries what was known of the object then, and `moment`: {rule, base, number, offset, last}; its id is the
    same whenever it is derived. None for a rule that hangs on events, or on a schedule without objects."""
    timing = rule.timing
    if timing is None or not timing.noun:
        return
    seen = [(since, event) for event in _about(timing.noun, events) if (since := instant(event.get("at"))) is not None]
    history = [Known(since, _facts(event), _state(timing.noun, event)) for since, event in seen]
    for moment in timing.moments(history, after, to, params, calendar):
        # the last of those of one instant counts, as it does for moments
        known = max((one for one in enumerate(seen) if one[1][0] <= moment.due), key=lambda one: (one[1][0], one[0]))
        yield event_of(moment, rule.key, known[1][1])


def event_of(moment: Moment, rule: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The event document of a moment of the rule with this key; `known` is the last event of its object by then."""
    base, offset = moment.base.isoformat(), f"{moment.offset.amount}{moment.offset.unit}"
    facts = {"rule": rule, "base": base, "number": moment.number, "offset": offset, "last": moment.last}
    return {
        "id": f"{rule}/{known['subject']}/{base}/{offset}",
        "type": MOMENT_DUE,
        "subject": known["subject"],
        "customer": known.get("customer") or "",
        "at": moment.due.isoformat(),
        "facts": {**_facts(known), "moment": facts},
    }


def _about(noun: str, events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (event for event in events if str(event.get("subject") or "").startswith(f"{noun}:"))


def _facts(event: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = event.get("facts")
    return facts if isinstance(facts, Mapping) else {}


def _state(noun: str, event: Mapping[str, Any]) -> str | None:
    own = _facts(event).get(noun)
    state = own.get("state") if isinstance(own, Mapping) else None
    return state if isinstance(state, str) else None
