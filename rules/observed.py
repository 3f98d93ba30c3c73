"""What relations and aggregates saw, as data: stored with the decision, so that it can be derived again for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.lookups import Rows

OBSERVED = "observed"  # the noun of the facts that stand for comparisons with aggregates
Side = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Observed:
    """`seen` has for each aggregate, by its name, {"rows", "true", "unknown", "low", "high"} and perhaps "more": how many
    rows there were, of how many its `if` is true or unknown, and between what it lies; None for an end that is open or
    unknown. `rows` has the rows of each relation by its path."""

    seen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)

    def value(self, name: str, side: Side | None = None) -> Any:
        """What an aggregate came to: one end of it, or without `side` the whole where both ends agree; else None."""
        seen = self.seen.get(name, {})
        if side is not None:
            return seen.get(side)
        return seen.get("low") if seen.get("low") == seen.get("high") else None


NOTHING = Observed()
