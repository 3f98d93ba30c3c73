"""What a change would have made of the newest events: which rules would act where they did not, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core import as_of
from core.events import Event
from rules import assignments
from rules.document.model import Document
from rules.matchers.reference import ReferenceMatcher
from rules.observing import Looked, lookups_of, resolved
from rules.overlays import Effective, effective
from rules.rule_sets import HOUSE
from rules.segments import SEGMENT, membership, set_of

NEWEST = 500


@dataclass(frozen=True)
class Shift:
    """One rule on the events that were looked at: on how many it is true now and not before, and before and not now."""

    rule: str
    newly: int
    no_longer: int


@dataclass(frozen=True)
class Preview:
    """`events` were looked at; rules that come out the same are left out. Customers' own changes of the house are not
    looked at, nor are switches, `once` and limits."""

    events: int
    shifts: tuple[Shift, ...]


def preview(old: Document, new: Document, house: Document | None = None) -> Preview:
    """Hold the newest events against two versions of a set; of an overlay, which stands over `house`, those of its
    customer, or of the newest ones those whose customer was in its segment. Changes nothing."""
    events = Event.objects.order_by("-pk")
    if new.set.startswith("customer:"):
        events = events.filter(customer=new.set)
    newest = list(events[:NEWEST])
    if new.set.startswith(SEGMENT):
        newest = _of_segment(newest, new.set, house or Document({}))
    sides = [effective(one) if one.set == HOUSE else effective(house or Document({}), one) for one in (old, new)]
    unlike = _unlike(*sides)
    before, now = (
        _true(newest, replace(side, rules=tuple(rule for rule in side.rules if rule.key in unlike))) for side in sides
    )
    newly: dict[str, int] = {}
    no_longer: dict[str, int] = {}
    for was, then in zip(before, now, strict=True):
        for key in then - was:
            newly[key] = newly.get(key, 0) + 1
        for key in was - then:
            no_longer[key] = no_longer.get(key, 0) + 1
    keys = sorted({*newly, *no_longer})
    return Preview(len(newest), tuple(Shift(key, newly.get(key, 0), no_longer.get(key, 0)) for key in keys))


def _of_segment(events: Sequence[Event], key: str, house: Document) -> list[Event]:
    segments, assigned = effective(house).segments, assignments.of(event.customer for event in events)
    found = ((event, membership(segments, event.as_document(), assigned)) for event in events)
    return [event for event, member in found if member and set_of(member.key) == key]


def _unlike(before: Effective, now: Effective) -> set[str]:
    """The keys of the rules that may come out otherwise: those written otherwise, or with a parameter that is."""
    former, later = ({rule.key: rule.document for rule in side.rules} for side in (before, now))
    names = {*before.params, *now.params}
    moved = [f'"param": {json.dumps(name)}' for name in names if before.params.get(name) != now.params.get(name)]
    found = {key for key in {*former, *later} if former.get(key) != later.get(key)}
    for key in later.keys() - found if moved else ():
        text = json.dumps(later[key])
        if any(name in text for name in moved):
            found.add(key)
    return found


def _true(events: Sequence[Event], found: Effective) -> list[set[str]]:
    """For each event the keys of the rules that are true of it, as of that event."""
    matcher = ReferenceMatcher(found.rules)
    observing = [rule for rule in found.rules if rule.sources]
    documents = [event.as_document() for event in events]
    asked = (
        one
        for event, document in zip(events, documents, strict=True)
        for one in lookups_of(observing, document, event.pk)
    )
    seen = as_of.look_up(asked) if observing else {}
    return [
        set(matcher.match(resolved(document, observing, found.params, Looked(event.pk, seen)), found.params))
        for event, document in zip(events, documents, strict=True)
    ]
