"""What is tallied of decisions: which rules acted, which were true and held back, and what could not be decided."""

from __future__ import annotations

from collections import Counter

from core import clock
from core.tallies import Counts, Log, logs
from rules.decisions import Decision

ACTED, HELD, UNDECIDED = "acted", "held", "undecided"


def _decisions(after: int, upto: int) -> Counts:
    """By the key of a rule: how often it acted, and was held back; how many events could not be decided."""
    rows = Decision.objects.filter(pk__gt=after, pk__lte=upto).exclude(outcome="nothing", held_back={}).order_by()
    found: Counts = Counter()
    for at, outcome, keys, held_back in rows.values_list("at", "outcome", "rules", "held_back"):
        day = clock.day_of(at)
        found.update((ACTED, key, day) for key in keys)
        found.update((HELD, key, day) for key in held_back)
        if outcome not in ("acted", "nothing"):
            found[UNDECIDED, outcome, day] += 1
    return found


logs.add("decisions", Log(Decision, _decisions))
