"""What rules see of the log as of one event; for a look at rules beside dispatch, which asks for whole batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import as_of
from rules.observed import Observed
from rules.observing import Looked, Params, lookups_of
from rules.rule import Rule


class AsOf:
    """The log up to `position`; all of it where none is given."""

    def __init__(self, position: int | None = None) -> None:
        self.position = position

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed:
        position = as_of.newest_position() if self.position is None else self.position
        found = as_of.look_up(lookups_of(rules, event, position))
        return Looked(position, found).observe(event, rules, params)
