"""Whether anything that happened made a rule true. Events never change, so those that were asked once in vain are not asked
again by this process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core import clock
from core.events import Event
from rules.facts import View
from rules.passing import MAX_TYPES, NEWEST, newest
from rules.rule import Rule

FIRST = 200  # events that are asked before the others are read
SETTLED = timedelta(minutes=1)  # younger events are asked again: older ones may still be committed beside them
KEPT = 256
_asked: dict[str, tuple[int, int]] = {}  # of a rule: the event up to which it was asked in vain, and of how many


def untrue(rule: Rule, types: Sequence[str], params: Mapping[str, Any], *, since: datetime) -> int:
    """How many of the newest events of these types since then left a rule untrue, which looks at facts only and not at the
    log; 0 where one made it true, or there was none."""
    key = json.dumps([rule.document, params, types, since.isoformat()], sort_keys=True, default=str)
    after, before = _asked.get(key, (0, 0))
    found: list[Event] = []
    for limit, seen in ((FIRST, 0), (NEWEST, FIRST)):
        events = newest(types[:MAX_TYPES], limit, after=after)
        for event in events[seen:]:
            document = event.as_document()
            if event.at < since or not rule.in_force(document):
                continue
            if rule.evaluate(View(document, params)) is True:
                return 0
            found.append(event)
        if len(events) < limit:
            break
    _remember(key, after, before, found)
    return min(before + len(found), NEWEST)


def _remember(key: str, after: int, before: int, found: list[Event]) -> None:
    settled = clock.now() - SETTLED
    last = max((event.pk for event in found if event.at < settled), default=after)
    _asked.pop(key, None)
    _asked[key] = (last, min(before + sum(event.pk <= last for event in found), NEWEST))
    while len(_asked) > KEPT:
        _asked.pop(next(iter(_asked)), None)
