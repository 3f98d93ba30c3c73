"""How long actions take, from the newest attempts that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from actions.runs import Attempt

NEWEST = 2_000
FEWEST = 3  # attempts of which anything is said


@dataclass(frozen=True)
class Speed:
    """Seconds in which half of the attempts, and 95 of 100, have ended."""

    name: str
    attempts: int
    p50: float
    p95: float


def speeds() -> tuple[list[Speed], list[Speed]]:
    """Of actions and of rules, the slowest first by the 95th percentile."""
    newest = Attempt.objects.filter(finished_at__isnull=False).order_by("-pk")
    rows = list(newest.values_list("run__action", "run__rule", "started_at", "finished_at")[:NEWEST])
    seconds = [(action, rule, (ended - began).total_seconds()) for action, rule, began, ended in rows if ended]
    return (
        slowest((action, took) for action, _rule, took in seconds),
        slowest((rule, took) for _action, rule, took in seconds),
    )


def slowest(taken: Iterable[tuple[str, float]]) -> list[Speed]:
    """Names with what they took; those of fewer than FEWEST attempts are left out."""
    by_name: dict[str, list[float]] = {}
    for name, took in taken:
        by_name.setdefault(name, []).append(took)
    found = [
        Speed(name, len(took), percentile(sorted(took), 50), percentile(sorted(took), 95))
        for name, took in by_name.items()
        if len(took) >= FEWEST
    ]
    return sorted(found, key=lambda one: (-one.p95, one.name))


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value below or at which `percent` of 100 lie (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
