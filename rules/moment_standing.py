"""By which moments objects stand now: past ones and those to come, of rules that hang on time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core import newest
from core.events import Event
from rules.calendars import standard
from rules.deriving import event_of, facts_of
from rules.due_moments import DueMoment
from rules.facts import View
from rules.known_now import KnownNow
from rules.moments import Moment
from rules.overlays import Effective
from rules.rule import Rule
from rules.timing import Timing

Document = Mapping[str, Any]  # an event as conditions see it


@dataclass(frozen=True)
class Standing:
    """One object, known by its newest event, and the moments of one rule that hang on what is known; none for a
    schedule, which hangs on nothing."""

    known: KnownNow
    rule: Rule
    timing: Timing
    params: Mapping[str, Any]
    moments: Sequence[Moment]

    @property
    def event(self) -> Event:
        return self.known.event

    def past(self, at: datetime, acted: Collection[tuple[str, str, str, str]]) -> Iterator[Moment]:
        """Those that were due by `at`, did not act, and of which the rule is not known to be false."""
        for moment in self.moments:
            facts = facts_of(moment, self.rule.key)
            name = (self.event.subject, self.rule.key, facts["base"], facts["offset"])
            if moment.due <= at and name not in acted:
                view = View(event_of(moment, self.rule.key, self.known.document), self.params)
                if self.rule.evaluate(view) is not False:
                    yield moment


def standings(
    objects: Sequence[KnownNow], effective_for: Callable[[Document], Effective | None], keys: Collection[str]
) -> Iterator[Standing]:
    """Of each object, each of the rules `keys` that hangs on time and is about it."""
    found = [
        (known, effective, rule, rule.timing)
        for known in objects
        if (effective := effective_for(known.document)) is not None
        for rule in effective.timed.get(known.event.noun, ())
        if rule.key in keys and rule.timing is not None
    ]
    states = {timing.state for _known, _effective, _rule, timing in found if timing.state}
    events = [known.event for known in objects]
    came = {state: newest.entered([one.subject for one in events if one.target == state], state) for state in states}
    for known, effective, rule, timing in found:
        event = known.event
        since = came[timing.state].get(event.subject) if timing.state and event.target == timing.state else None
        moments = timing.hanging(event.facts, since and since.astimezone(UTC), effective.params, standard())
        yield Standing(known, rule, timing, effective.params, moments)


def acted(subjects: Collection[str], keys: Collection[str]) -> set[tuple[str, str, str, str]]:
    """The names of the moments of these rules that acted for these objects."""
    rows = DueMoment.objects.filter(subject__in=subjects, rule__in=keys, acted__isnull=False)
    return {row.name for row in rows}
