"""Ranks: whole numbers that stand for a value's place among sorted constants, so that exact order needs no more."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from rules.facts import View
from rules.kinds import kind_of
from rules.matchers.atoms import Atom, RankSlot, Slot

UNKNOWN = -1


class Ranks:
    """The slots of a network. A value equal to the i-th constant has rank 2i + 1, one between constants an even rank,
    and what cannot be compared UNKNOWN; a verdict is 1, 0 or UNKNOWN."""

    def __init__(self, atoms: Iterable[Atom]) -> None:
        constants: dict[Slot, set[Any]] = {}
        for atom in atoms:
            constants.setdefault(atom.slot, set()).add(atom.constant)
        self.slots = {slot: number for number, slot in enumerate(constants)}
        self._sorted = [
            (slot, sorted(values) if isinstance(slot, RankSlot) else []) for slot, values in constants.items()
        ]

    def of_constant(self, atom: Atom) -> int:
        """What the engine compares the slot of `atom` with."""
        if not isinstance(atom.slot, RankSlot):
            return int(atom.constant)
        return _rank(self._sorted[self.slots[atom.slot]][1], atom.constant)

    def of_event(self, view: View) -> list[int]:
        """The number of each slot, in the order of `slots`."""
        return [_number(slot, constants, view) for slot, constants in self._sorted]


def _number(slot: Slot, constants: list[Any], view: View) -> int:
    if not isinstance(slot, RankSlot):
        verdict = slot.evaluate(view)
        return UNKNOWN if verdict is None else int(verdict)
    seen = view.read(slot.path)
    if kind_of(seen) != slot.kind:
        return UNKNOWN
    if slot.kind == "money":
        return _rank(constants, seen["minor"]) if seen["currency"] == slot.currency else UNKNOWN
    return _rank(constants, seen)


def _rank(constants: list[Any], value: Any) -> int:
    place = bisect_left(constants, value)
    return 2 * place + (place < len(constants) and constants[place] == value)
