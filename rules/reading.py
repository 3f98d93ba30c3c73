"""From the text of a set to its one document, with everything that is wrong with it, also against the live house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core import catalog, clock
from core.events import Event
from core.said import said
from rules import assignments
from rules.checks import check
from rules.document.load import Loaded, load
from rules.document.model import Document, content_hash
from rules.document.problem import Problem
from rules.flattening import flattened
from rules.in_force import live_versions
from rules.layers import layers_of
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, SEGMENT_LAYER, effective
from rules.rule_sets import HOUSE, RuleSetVersion
from rules.segments import membership, set_of


@dataclass(frozen=True)
class _Asked:
    """What the findings about a text depend on: itself, what it stands over, and the catalog."""

    text: str
    key: str
    below_hash: str
    catalog: tuple[int, ...]
    below: Document | None = field(compare=False)


def read(text: str, key: str) -> tuple[Document | None, list[Problem]]:
    """The one document of set `key` in `text`, and everything that is wrong with it; warnings included. The newest answers
    are kept, so the document must not be changed."""
    below = below_of(key)
    declared = (len(catalog.machines), len(catalog.event_types), len(catalog.actions))
    asked = _Asked(text, key, content_hash(below) if below else "", declared, below)
    document, problems = _read(asked)
    return document, list(problems)


@lru_cache(maxsize=8)
def _read(asked: _Asked) -> tuple[Document | None, tuple[Problem, ...]]:
    key, below = asked.key, asked.below
    loaded: Loaded = load(asked.text, name="rules.yaml")
    problems = list(loaded.problems)
    if not loaded.ok:
        return None, tuple(problems)
    if len(loaded.documents) != 1:
        wrong = said(
            "there are {number} documents in this text; write one, without a line of ---", number=len(loaded.documents)
        )
        return None, (*problems, Problem("error", "", "", wrong, 1))
    document = loaded.documents[0]
    if document.set != key:
        wrong = said(
            'this text is for set "{set}", but it is saved under "{key}"; write "set: {key}"', set=document.set, key=key
        )
        problems.append(Problem("error", "", "/set", wrong, document.line_of("/set")))
    if below is None:
        return document, (*problems, *check([document]))
    not_mine = check([below])
    return document, (*problems, *(found for found in check([below, document]) if found not in not_mine))


def below_of(key: str) -> Document | None:
    """What set `key` stands over, as it is live: for a customer the house with the customer's segment in it; None for the
    house, and where that has no live version."""
    house = live_document(HOUSE) if key != HOUSE else None
    if house is None or not house.segments or not key.startswith("customer:"):
        return house
    return flattened(house, sets_of(key).segment)


def segment_sets() -> list[str]:
    """The keys of the sets that segments of the live list may have."""
    house = live_document(HOUSE)
    return [set_of(segment["key"]) for segment in house.segments] if house else []


def live_version(key: str) -> RuleSetVersion | None:
    """The version of set `key` that decides now."""
    return RuleSetVersion.objects.filter(rule_set__key=key, state="live").select_related("rule_set").first()


def live_document(key: str) -> Document | None:
    """The document of that version."""
    version = live_version(key)
    return document_of(version) if version else None


@dataclass(frozen=True)
class LiveSets:
    """The documents by which an event would be decided now; `below` is what the customer's own set stands over."""

    house: Document
    segment: Document | None = None
    customer: Document | None = None
    member: str = ""  # the key of the segment's set, whether it has rules or not

    @property
    def overlays(self) -> tuple[Document | None, ...]:
        """Those over the house, the nearest to the customer last."""
        return self.segment, self.customer

    @property
    def below(self) -> Document:
        return flattened(self.house, self.segment)


def sets_for(event: Mapping[str, Any]) -> LiveSets:
    """The sets by which an event, as a document, would be decided now: the newest ones, or those on which an overlay in
    conflict stays."""
    customer = event.get("customer")
    layers = layers_of(event, live_versions([customer] if isinstance(customer, str) else []))
    if layers is None:
        return LiveSets(document_of(None))
    found = {number: document_of(RuleSetVersion.objects.get(pk=live.version)) for number, _key, live in layers.all}
    return LiveSets(found[HOUSE_LAYER], found.get(SEGMENT_LAYER), found.get(CUSTOMER_LAYER), layers.segment_key)


def segment_in(house: Document, event: Mapping[str, Any]) -> Document | None:
    """The live rules of the segment that an event's customer is in by the list of `house`."""
    customer = str(event.get("customer") or "")
    member = membership(effective(house).segments, event, assignments.of([customer]))
    return live_document(set_of(member.key)) if member else None


def sets_of(customer: str) -> LiveSets:
    """The sets by which a customer is decided now, as far as the newest event of the customer tells."""
    newest = Event.objects.filter(subject=customer).order_by("-sequence").first()
    return sets_for({**(newest.as_document() if newest else {}), "customer": customer, "at": clock.now().isoformat()})


def document_of(version: RuleSetVersion | None, key: str = HOUSE) -> Document:
    """The document of a version; of none, that of an empty set."""
    return Document(version.document, name=str(version)) if version else Document({"set": key, "rules": []})
