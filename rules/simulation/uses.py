"""`once` in a simulation: what one side of a comparison has used up, in event time. It begins with nothing used. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rules.durations import Duration
from rules.rule import Rule
from rules.sources import instant

# event type, object or customer, two positions: did one happen after the first and up to the second?
Happened = Callable[[str, str, int, int], bool]


@dataclass
class Uses:
    """The last use of each rule for each object: when, and at which position of the log."""

    last: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)

    def use_up(self, rule: Rule, event: Mapping[str, Any], position: int, happened: Happened) -> bool:
        """Use the rule's `once` up for an event; false where it is used up already."""
        once, at = rule.document.get("once"), instant(event.get("at"))
        if once is None or at is None:
            return True
        place = rule.key, whom(str(once["per"]), event)
        used = self.last.get(place)
        if used is not None and not self._again(once, place[1], used, at, position, happened):
            return False
        self.last[place] = at, position
        return True

    @staticmethod
    def _again(
        once: Mapping[str, Any], per: str, used: tuple[datetime, int], at: datetime, position: int, happened: Happened
    ) -> bool:
        every = Duration.parse(once["every"]) if "every" in once else None
        end = every.after(used[0]) if every is not None else None
        if isinstance(end, datetime) and at >= end:
            return True
        return "again_after" in once and happened(str(once["again_after"]), per, used[1], position)


def whom(per: str, event: Mapping[str, Any]) -> str:
    """The object that `per` names on an event; its subject where it has no such object."""
    subject = str(event.get("subject") or "")
    if per in ("subject", subject.partition(":")[0]):
        return subject
    if per == "customer":
        return str(event.get("customer") or subject)
    facts = event.get("facts")
    related = facts.get(per) if isinstance(facts, Mapping) else None
    return str(related.get("ref") or subject) if isinstance(related, Mapping) else subject
