"""Which versions decide an event: that of the house, that of its customer's segment, and the customer's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.in_force import CACHE, Live, Versions
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, SEGMENT_LAYER
from rules.rule_sets import HOUSE
from rules.segments import Membership, membership, set_of

Layer = tuple[int, str, Live]  # its number, the key of the set, the version


@dataclass(frozen=True)
class Layers:
    """`over` are the overlays over the house, the nearest to the customer last. `member` is the segment that the customer
    is in by the list of the house's version `listed`, whether it has rules or not."""

    house: Live
    over: tuple[Layer, ...] = ()
    member: Membership | None = None
    listed: str = ""

    @property
    def all(self) -> tuple[Layer, ...]:
        return (HOUSE_LAYER, HOUSE, self.house), *self.over

    @property
    def overlays(self) -> tuple[Live, ...]:
        return tuple(live for _number, _key, live in self.over)

    def hash_of(self, number: int) -> str:
        """The content hash of one layer; empty where there is none."""
        return next((live.content_hash for layer, _key, live in self.all if layer == number), "")

    @property
    def segment_key(self) -> str:
        """The key of the set of the customer's segment, whether it has rules or not."""
        return set_of(self.member.key) if self.member else ""

    @property
    def segment(self) -> dict[str, str]:
        """The segment as decisions store it: {"key", "by", "list", "rules"}, the last two content hashes of the version
        that has the list, and of the segment's own rules, which may be empty. Nothing where there is no segment."""
        if self.member is None:
            return {}
        rules = self.hash_of(SEGMENT_LAYER)
        return {"key": self.member.key, "by": self.member.by, "list": self.listed, "rules": rules}


def layers_of(event: Mapping[str, Any], live: Mapping[str, Live]) -> Layers | None:
    """What decides an event; None where no house rules are live. Who is in a segment is asked of the facts that the event
    froze and of what was assigned by its time, so it is the same whenever it is asked."""
    customer = event.get("customer") or ""
    own = live.get(customer)
    house = (own.house if own else None) or live.get(HOUSE)
    if house is None:
        return None
    listed, over = house.content_hash, []
    assignments = live.assignments if isinstance(live, Versions) else {}
    member = membership(CACHE.effective(house).segments, event, assignments)
    segment = live.get(set_of(member.key)) if member else None
    if member and own and own.stays_in == set_of(member.key):
        segment = own.segment
    if member and segment:
        house = own.house if own and own.house else segment.house or house
        over.append((SEGMENT_LAYER, set_of(member.key), segment))
    if own is not None:
        over.append((CUSTOMER_LAYER, customer, own))
    return Layers(house, tuple(over), member, listed)
