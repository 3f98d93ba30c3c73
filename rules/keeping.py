"""What a worker keeps in memory up to a total weight: the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key, of which `weight` says how much each weighs, and `limit` how much all may. The newest always stays;
    `gone` is told of what goes. Not safe between threads by itself."""

    def __init__(
        self, limit: Callable[[], int], weight: Callable[[V], int], gone: Callable[[K, V], None] | None = None
    ) -> None:
        self._limit, self._weight, self._gone = limit, weight, gone
        self._items: OrderedDict[K, V] = OrderedDict()
        self.total = 0

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: K) -> V | None:
        """What is kept under `key`, used just now; None where nothing is."""
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> V:
        """Keep `value` under a new key, and let go what is too much by it."""
        self._items[key] = value
        self.total += self._weight(value)
        while self.total > self._limit() and len(self._items) > 1:
            self._drop(next(iter(self._items)))
        return value

    def drop_where(self, unwanted: Callable[[K], bool]) -> None:
        """Let go of everything whose key is unwanted."""
        for key in [key for key in self._items if unwanted(key)]:
            self._drop(key)

    def _drop(self, key: K) -> None:
        value = self._items.pop(key)
        self.total -= self._weight(value)
        if self._gone is not None:
            self._gone(key, value)
