"""Which rules of a set are worth comparing with each other: those for one kind of event whose conditions do not name other
values of one fact. Never every rule with every other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Generic, TypeVar

from core.said import said
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.conditions import All, Comparison, Condition
from rules.rule import Rule
from rules.values import FactValue, Literal

MAX_PAIRS = 10_000  # of one set and one check; what is more is not looked at, and that is said
T = TypeVar("T")
Names = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Member(Generic[T]):
    """Something of a rule that is compared with the like of others; `named` are the texts that its rule asks of a fact."""

    rule: Rule
    item: T
    mine: bool
    named: Names


@dataclass
class Pairs(Generic[T]):
    """Members by what they have in common; pairs of them, at least one of which is of the set that is checked."""

    worlds: Worlds
    _by_key: dict[Hashable, list[Member[T]]] = field(default_factory=dict)
    _left_out: int = 0

    def add(self, rule: Rule, item: T, common: Hashable, *, mine: bool) -> None:
        named = named_by(rule.condition)
        for kind in self.worlds.types(rule):
            self._by_key.setdefault((kind, common), []).append(Member(rule, item, mine, named))

    def __iter__(self) -> Iterator[tuple[Member[T], Member[T]]]:
        """Each pair once, also where it meets at several kinds of events."""
        seen: set[tuple[int, int]] = set()
        for members in self._by_key.values():
            for one, other in _meeting(members):
                pair = (id(one.item), id(other.item))
                if pair in seen or not (one.mine or other.mine) or _apart(one.named, other.named):
                    continue
                seen.add(pair)
                if len(seen) > MAX_PAIRS:
                    self._left_out += 1
                else:
                    yield one, other

    def left_out(self) -> Iterator[tuple[None, Finding]]:
        """What is to be said where there were too many, after all pairs were asked for."""
        if self._left_out:
            says = said(
                "{number} pairs of rules for the same events were not held against each other",
                number=self._left_out,
            )
            advice = said("let more of them ask for different texts of one fact, such as a state, or split the set")
            yield None, Finding("note", "/rules", said("{says}; {advice}", says=says, advice=advice), "undecided")


def named_by(condition: Condition | None) -> Names:
    """For facts of which a condition demands one of some texts, these."""
    found: dict[str, frozenset[str]] = {}
    for item in _demanded(condition):
        if not isinstance(item.seen, FactValue) or not isinstance(item.wanted, Literal):
            continue
        wanted: Any = item.wanted.value
        texts = [wanted] if item.operator.name == "eq" else wanted if item.operator.name == "in" else None
        if isinstance(texts, list) and texts and all(type(text) is str for text in texts):
            found[item.name] = found.get(item.name, frozenset(texts)) & frozenset(texts)
    return found


def _demanded(condition: Condition | None) -> Iterator[Comparison]:
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, All):
        for item in condition.items:
            yield from _demanded(item)


def _apart(one: Names, other: Names) -> bool:
    return any(not texts & other[path] for path, texts in one.items() if path in other)


def _meeting(members: Sequence[Member[T]]) -> Iterator[tuple[Member[T], Member[T]]]:
    """Pairs of members, but for those that the fact by which most differ keeps apart."""
    if len(members) < 8:
        yield from combinations(members, 2)
        return
    counts: dict[str, int] = {}
    for member in members:
        for path in member.named:
            counts[path] = counts.get(path, 0) + 1
    path = max(counts, key=lambda name: counts[name], default="")
    groups: dict[str, list[Member[T]]] = {}
    free = [member for member in members if path not in member.named]
    for member in members:
        for text in sorted(member.named.get(path, ())):
            groups.setdefault(text, []).append(member)
    yield from combinations(free, 2)
    for group in groups.values():
        yield from combinations(group, 2)
        yield from ((one, other) for one in group for other in free)
