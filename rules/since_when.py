"""Since when a rule says what it says of an event: published versions decide it again, with what was observed then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from core.events import Event
from rules.decisions import Decision
from rules.document.model import Document
from rules.observing import UNSEEN, Stored
from rules.proofs import observed_of
from rules.reading import sets_for
from rules.rule_sets import HOUSE, RuleSetVersion
from rules.trying import Outcome, try_event

EMPTY = Document({"rules": []})
MOST = 500  # newest versions of a set that are asked


@dataclass(frozen=True)
class Stretch:
    """The versions `first` to `last` of a set say the same of the event: the rule's `outcome` and `why`, `absent` where
    they have no such rule."""

    set: str
    first: int
    last: int
    outcome: Outcome | str
    why: str


def since_when(event: Event, rule: str) -> list[Stretch]:
    """What the versions of the house, of the segment of the event's customer, and of the customer make of one rule on
    `event`, each with the others as they are live, the newest first. Where two stretches meet, the behaviour changed. Writes nothing."""
    decision = Decision.objects.filter(event_id=event.pk).order_by("-attempt").first()
    history = Stored(observed_of(decision)) if decision and decision.observed else UNSEEN
    document = event.as_document()
    live = sets_for(document)
    layers = {HOUSE: live.house, live.member: live.segment, event.customer: live.customer}
    found = []
    for key in filter(None, layers):
        said = []
        for number, version in _versions(key):
            house, *overlays = (layers | {key: version}).values()
            tried = try_event(document, about(house or EMPTY, rule), *overlays, history=history)
            one = next((one for one in tried.rules if one.key == rule), None)
            said.append((number, one.outcome if one else "absent", one.why if one else ""))
        for (outcome, why), same in groupby(said, key=lambda one: one[1:]):
            numbers = [number for number, *_rest in same]
            found.append(Stretch(key, min(numbers), max(numbers), outcome, why))
    return found


def about(document: Document, rule: str) -> Document:
    """The document with that rule only, and those of its group, which may hold it back."""
    group = next((one.get("group") for one in document.rules if one["key"] == rule), None)
    kept = [one for one in document.rules if one["key"] == rule or (group and one.get("group") == group)]
    return Document({**document.data, "rules": kept})


def _versions(key: str) -> Iterator[tuple[int, Document]]:
    rows = RuleSetVersion.objects.filter(rule_set__key=key, state__in=("live", "retired")).order_by("-number")[:MOST]
    return ((row.number, Document(row.document)) for row in rows)
