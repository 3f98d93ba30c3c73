"""Turns a condition into alternatives of plain comparisons that an engine can make on whole numbers. `not` is pushed
down to the leaves, which is sound with three values: each leaf is asked for its true or for its false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rules.conditions import All, Comparison, Condition, Not
from rules.facts import FactPath, View
from rules.kinds import kind_of
from rules.values import FactValue, Literal

MAX_TERMS = 64
MAX_ATOMS = 24
_KINDS = ("number", "text", "money")
_RANKED = frozenset({"eq", "ne", "lt", "lte", "gt", "gte", "between"})  # operators that an engine may ask by rank


class TooLarge(ValueError):
    """A condition with more alternatives, or longer ones, than an engine is given."""


@dataclass(frozen=True, slots=True)
class RankSlot:
    """The fact at `path` where it is of `kind` (and, for money, in `currency`), told by its rank among constants."""

    path: FactPath
    kind: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class VerdictSlot:
    """The verdict of something that Python evaluates; `name` tells equal ones."""

    name: str
    evaluate: Callable[[View], bool | None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerdictSlot) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


Slot = RankSlot | VerdictSlot


@dataclass(frozen=True, slots=True)
class Atom:
    """`slot` `operator` `constant`; of a VerdictSlot the constant is 1 for true and 0 for false."""

    slot: Slot
    operator: str
    constant: Any


Term = tuple[Atom, ...]


def terms(condition: Condition, *, negative: bool = False) -> list[Term]:
    """Alternatives of which one holds exactly where `condition` is true (where `negative`: is false). Raises TooLarge."""
    if isinstance(condition, Not):
        return terms(condition.item, negative=not negative)
    if isinstance(condition, Comparison):
        return _leaf(condition, negative=negative)
    parts = [terms(item, negative=negative) for item in condition.items]
    if isinstance(condition, All) == negative:
        return _bounded([term for part in parts for term in part])
    product: list[Term] = [()]
    for part in parts:
        product = _bounded([tuple(dict.fromkeys(one + other)) for one in product for other in part])
    return product


def whole(condition: Condition, name: str) -> list[Term]:
    """The condition as one verdict of Python."""
    return [(Atom(VerdictSlot(name, condition.evaluate), "eq", 1),)]


def _bounded(found: list[Term]) -> list[Term]:
    distinct = list(dict.fromkeys(found))
    if len(distinct) > MAX_TERMS or any(len(term) > MAX_ATOMS for term in distinct):
        raise TooLarge
    return distinct


def _leaf(leaf: Comparison, *, negative: bool) -> list[Term]:
    native = _native(leaf, negative=negative)
    if native is not None:
        return native
    name = f"{leaf.seen!r} {leaf.operator.name} {leaf.wanted!r}"
    return [(Atom(VerdictSlot(name, leaf.evaluate), "eq", 0 if negative else 1),)]


def _native(leaf: Comparison, *, negative: bool) -> list[Term] | None:
    """The leaf as comparisons of one fact with constants of one kind; None where it is something else."""
    ranked = leaf.operator.name in _RANKED
    if not ranked or not isinstance(leaf.seen, FactValue) or not isinstance(leaf.wanted, Literal):
        return None
    if leaf.operator.takes == "pair":
        low, high = leaf.wanted.value
        slot = _slot(leaf.seen.path, low)
        if slot is None or slot != _slot(leaf.seen.path, high):
            return None
        at_least, at_most = Atom(slot, "gte", _plain(low)), Atom(slot, "lte", _plain(high))
        below, above = Atom(slot, "lt", _plain(low)), Atom(slot, "gt", _plain(high))
        return [(below,), (above,)] if negative else [(at_least, at_most)]
    slot = _slot(leaf.seen.path, leaf.wanted.value)
    if slot is None:
        return None
    return [(Atom(slot, leaf.operator.opposite if negative else leaf.operator.name, _plain(leaf.wanted.value)),)]


def _slot(path: FactPath, constant: Any) -> RankSlot | None:
    kind = kind_of(constant)
    if kind not in _KINDS:
        return None
    return RankSlot(path, kind, constant["currency"] if kind == "money" else "")


def _plain(constant: Any) -> Any:
    return constant["minor"] if type(constant) is dict else constant
