"""What a change would have made of the newest events: which rules would act where they did not, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import as_of
from core.events import Event
from rules.document.model import Document
from rules.matchers.reference import ReferenceMatcher
from rules.observing import Looked, lookups_of, resolved
from rules.overlays import Effective, effective
from rules.rule_sets import HOUSE

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
    customer. Changes nothing."""
    events = Event.objects.order_by("-pk")
    if new.set != HOUSE:
        events = events.filter(customer=new.set)
    newest = list(events[:NEWEST])
    sides = [effective(one) if one.set == HOUSE else effective(house or Document({}), one) for one in (old, new)]
    before, now = (_true(newest, side) for side in sides)
    newly: dict[str, int] = {}
    no_longer: dict[str, int] = {}
    for was, then in zip(before, now, strict=True):
        for key in then - was:
            newly[key] = newly.get(key, 0) + 1
        for key in was - then:
            no_longer[key] = no_longer.get(key, 0) + 1
    keys = sorted({*newly, *no_longer})
    return Preview(len(newest), tuple(Shift(key, newly.get(key, 0), no_longer.get(key, 0)) for key in keys))


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
