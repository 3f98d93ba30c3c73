"""Who is in which segment now, as far as the newest events of the customers tell."""

from __future__ import annotations

from collections.abc import Iterable

from core import clock, newest, refs
from rules import assignments
from rules.document.model import Document
from rules.overlays import effective
from rules.segments import membership, set_of

PAGE = 400


def members(house: Document, customers: Iterable[str]) -> dict[str, str]:
    """Of these customers, the key of the set of the segment that each is in by the list of `house`; without those in none."""
    segments = effective(house).segments
    wanted = sorted(set(customers)) if segments else []
    found: dict[str, str] = {}
    now = clock.now().isoformat()
    for start in range(0, len(wanted), PAGE):
        page = wanted[start : start + PAGE]
        keys = [int(number) for customer in page if (number := customer.partition(":")[2]).isdecimal()]
        rows = refs.model_of("customer")._default_manager.filter(pk__in=keys).values_list("pk", "sequence")
        names = [(f"customer:{key}", sequence) for key, sequence in rows]
        known = {event.subject: event.as_document() for event in newest.named(names)}
        assigned = assignments.of(page)
        for customer in page:
            event = {**known.get(customer, {}), "customer": customer, "at": now}
            if member := membership(segments, event, assigned):
                found[customer] = set_of(member.key)
    return found
