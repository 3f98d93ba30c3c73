"""The rules that decide an event on both sides of a backtest, from the versions that it names: those of the house, of the
segment that its customer is in as of the event, and of the customer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, NamedTuple

from core.errors import PravilaError
from rules import assignments
from rules.document.model import Document
from rules.flattening import flattened
from rules.overlays import Effective, effective
from rules.remerging import Remerge
from rules.rule_sets import HOUSE, RuleSetVersion
from rules.segments import SEGMENT, Assigned, Segment, membership, set_of, try_segments
from rules.simulation.asking import Asking
from rules.simulation.backtests import Backtest
from rules.simulation.sides import NAMES, Name, Sides, compare


class VersionGone(PravilaError):
    """The version {digest} of {set}, which this backtest names, is not on this server. Start another."""


class Place(NamedTuple):
    """By what an event is decided: the customer with rules of its own, and the set of its segment on either side; all may
    be empty."""

    own: str = ""
    live: str = ""
    draft: str = ""

    def segment(self, side: Name) -> str:
        return self.live if side == "live" else self.draft


class Versions:
    """Both sides of a backtest. Customers without rules of their own share the sides of the house, or of their segment."""

    def __init__(self, backtest: Backtest) -> None:
        self._live, self._key = backtest.live, backtest.key
        self._draft, self._begun = Document(backtest.document), backtest.created_at
        self._asking: dict[Place, Asking] = {}
        self._steps: dict[tuple[str, str, str], Remerge] = {}
        self._lists: dict[tuple[str, Name, str], tuple[Segment, ...]] = {}

    @cached_property
    def by_segment(self) -> bool:
        """Whether it matters in which segment a customer is."""
        return bool(self._segments)

    @cached_property
    def alike(self) -> bool:
        """Whether no customer has rules of its own."""
        return not any(key.startswith("customer:") for key in (self._key, *self._live))

    def place(self, event: Mapping[str, Any]) -> Place:
        """By what an event is decided; where segments do not matter its customer is enough to tell."""
        customer = str(event.get("customer") or "")
        own = customer if customer in self._live or customer == self._key else ""
        if not self.by_segment:
            return Place(own)
        live = self._member(self._list(own, "live", ""), event)
        return Place(own, live, self._member(self._list(own, "draft", live), event))

    def places(self, event: Mapping[str, Any]) -> set[Place]:
        """By what an event is decided, and by what it would be later, for what its customer is assigned to by then."""
        assigned = self._assigned.get(str(event.get("customer") or ""), ()) if self.by_segment else ()
        later = ({**event, "at": one.since.isoformat()} for one in assigned)
        return {self.place(event), *map(self.place, later)}

    def asking(self, place: Place) -> Asking:
        """What is asked of the events of a place."""
        if place not in self._asking:
            self._asking[place] = Asking(self._sides(place))
        return self._asking[place]

    @cached_property
    def every(self) -> tuple[Sides, ...]:
        """Sides that have every rule that is compared: those of the customer whose set it is, or those of the house and of
        the customers with rules of their own, in every segment. Who has parameters only has no rule that the house has not."""
        known = ["", *self._segments]
        moved = self._key == HOUSE and self._draft.segments != self._of(HOUSE).segments
        pairs = list(product(known, known)) if moved else [(one, one) for one in known]
        own = [key for key in self._live if key.startswith("customer:") and "/" not in key]
        having = ["", *(key for key in own if (mine := self._of(key)).rules or mine.change)]
        if self._key.startswith("customer:"):
            having = [self._key]
        return tuple(self.asking(Place(key, *pair)).sides for key in having for pair in pairs)

    def documents(self, place: Place, side: Name) -> list[Document]:
        """The house rules on one side, and the overlays over them, the nearest to the customer last."""
        own, member = place.own, place.segment(side)
        house, segment = self._house(own, member), self._segment(own, member)
        mine = self._of(own) if own in self._live else None
        if side == "draft" and self._key == HOUSE:
            house = house if self._stays(own, member) or self._stays(member, "") else self._draft
        elif side == "draft" and self._key in (own, member):
            released = member if self._key == own else own
            stays = self._key == member and self._stays(own, member)
            house = self._of(f"{released}/house" if f"{released}/house" in self._live else HOUSE)
            segment = segment if stays else self._draft if self._key == member else self._of_known(member)
            mine = self._draft if self._key == own else mine
        return [house, *filter(None, (segment, mine))]

    def written(self, side: Name) -> dict[str, Mapping[str, Any]]:
        """The rules of one side as they are written, by their keys: of the house, of segments, and of the set itself."""
        sets = [HOUSE, *self._segments, *([self._key] if self._key.startswith("customer:") else [])]
        documents = (self._draft if side == "draft" and key == self._key else self._of(key) for key in sets)
        return {str(rule["key"]): rule for document in documents for rule in document.rules}

    @cached_property
    def _segments(self) -> list[str]:
        """The keys of the sets of segments."""
        return sorted({key for key in (self._key, *self._live) if key.startswith(SEGMENT) and "/" not in key})

    @cached_property
    def _assigned(self) -> Mapping[str, list[Assigned]]:
        return assignments.made_by(self._begun)

    def _list(self, own: str, side: Name, within: str) -> tuple[Segment, ...]:
        """The segments on one side, for a customer who is in one by the live list."""
        key = own, side, within
        if key not in self._lists:
            changed = side == "draft" and self._key == HOUSE and not self._stays(own, within)
            self._lists[key] = try_segments(self._draft if changed else self._house(own, ""))[0]
        return self._lists[key]

    def _member(self, segments: tuple[Segment, ...], event: Mapping[str, Any]) -> str:
        """The set of the segment that an event's customer is in; empty where that has no rules on either side."""
        found = membership(segments, event, self._assigned)
        key = set_of(found.key) if found else ""
        return key if key in self._segments else ""

    def _house(self, own: str, member: str) -> Document:
        """The live rules of the house, or those on which a customer or a segment stays."""
        stays = [key for one in (own, member) if (key := f"{one}/house") in self._live]
        return self._of(stays[0] if stays else HOUSE)

    def _segment(self, own: str, member: str) -> Document | None:
        """The live rules of a segment, or those on which the customer stays."""
        key = f"{own}/{member}"
        return self._of_known(key if own and key in self._live else member)

    def _stays(self, overlay: str, member: str) -> bool:
        """Whether an overlay is in conflict with the draft of what it stands over, so that it stays where it is."""
        if overlay not in self._live:
            return False
        before = self._house(overlay, member), self._segment("", member)
        after = (self._draft, before[1]) if self._key == HOUSE else (before[0], self._draft)
        step = self._live.get(f"{overlay}/house", ""), member, self._key
        if step not in self._steps:
            self._steps[step] = Remerge(flattened(*before), flattened(*after))
        return bool(self._steps[step].of(self._of(overlay)).conflicts)

    def _sides(self, place: Place) -> Sides:
        live, draft = (self._effective(place, name) for name in NAMES)
        return compare(live, draft)

    def _effective(self, place: Place, side: Name) -> Effective:
        return effective(*self.documents(place, side))

    def _of(self, key: str) -> Document:
        return self._of_known(key) or Document({"set": key, "rules": []})

    def _of_known(self, key: str) -> Document | None:
        """The version that stands under a key; None where there is none."""
        digest = self._live.get(key, "")
        rule_set, _slash, of = key.partition("/")
        return _document((of and (HOUSE if of == "house" else of)) or rule_set, digest) if digest else None


@lru_cache(maxsize=256)
def _document(key: str, digest: str) -> Document:
    version = RuleSetVersion.objects.filter(content_hash=digest, rule_set__key=key).first()
    if version is None:
        raise VersionGone(digest=digest[:12], set=key)
    return Document(version.document)
