"""Locking a row together with others of its machine that a guard looks at, in the order of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.machine import Machine

Along = Callable[[int], Iterable[int]]  # the keys of the rows that a guard of this row looks at


def fetch_along(model: type[Machine], key: int, along: Along) -> Machine | None:
    """The row, locked; and what `along` names. Must run inside a transaction.

    The rows are asked for again once they are locked: who became one of them meanwhile is locked too.
    """
    query = model.shape.locked_query()
    held: dict[int, Machine | None] = {}
    while missing := {key, *along(key)} - held.keys():
        held |= {one: query.fetch(one) for one in sorted(missing)}
    return held[key]
