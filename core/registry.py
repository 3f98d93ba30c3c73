"""One generic registry. Every pluggable thing is declared once, under one name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from core.errors import AlreadyDeclared, NotDeclared

T = TypeVar("T")


class Registry(Generic[T]):
    """Declared things of one sort, by name; iteration is in the order of the names."""

    def __init__(self, sort: str) -> None:
        self.sort = sort
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> T:
        """Declare `item` under `name`. Raises AlreadyDeclared where another item has that name."""
        if self._items.get(name, item) != item:
            raise AlreadyDeclared(sort=self.sort, name=name)
        self._items[name] = item
        return item

    def get(self, name: str) -> T:
        """The item declared under `name`. Raises NotDeclared, which lists the nearest names."""
        try:
            return self._items[name]
        except KeyError:
            raise NotDeclared(sort=self.sort, name=name, known=sorted(self._items)) from None

    def find(self, name: str) -> T | None:
        return self._items.get(name)

    def as_declared(self) -> tuple[T, ...]:
        """Every item, in the order in which they were declared."""
        return tuple(self._items.values())

    def names(self) -> list[str]:
        return sorted(self._items)

    def remove(self, name: str) -> None:
        """Take a declaration back; for tests that declare things of their own."""
        self._items.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return (self._items[name] for name in sorted(self._items))

    def __len__(self) -> int:
        return len(self._items)
