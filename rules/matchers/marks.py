"""Rules by the bits of one number for each event, its mark, which SQL makes in one go. A CASE asks only the rows that it is
left with, so a rule costs nothing on events of other types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.matchers.columns import fitting, quoted
from rules.patterns import is_pattern
from rules.rule import Rule

BITS = 48  # of rules; above them stands the number of the event's type
TYPES = 1 << 13
ODD = 1 << 62  # the event must be asked by itself


@dataclass(frozen=True)
class Asked:
    """A rule, where an event of its types has its bit as SQL, and whether it is one of those that are only counted."""

    rule: Rule
    where: str
    counted: bool = False


class Marks:
    """The bits of some rules. `quote` stands around the type in its column."""

    def __init__(self, asked: Sequence[Asked], quote: str = "") -> None:
        self._quote = quote
        self._low = BITS // 2 if any(one.counted for one in asked) else BITS
        self._branches = _branches(asked)
        self._bits = [dict(self._places(mine)) for mine in self._branches.values()]

    @property
    def fit(self) -> bool:
        """Whether there are bits enough."""
        high = BITS - self._low
        return len(self._bits) <= TYPES and all(
            sum(not one.counted for one in mine.values()) <= self._low
            and sum(one.counted for one in mine.values()) <= high
            for mine in self._bits
        )

    @property
    def listed(self) -> str:
        """Where a rule that is not only counted is true, as SQL."""
        return f"mark & {(1 << self._low) - 1} <> 0"

    def sql(self) -> str:
        """The mark of an event, by the columns of what is asked and by `type`."""
        kinds = " ".join(
            f"WHEN {quoted(self._quote + kind + self._quote)} THEN {self._mark(number)}"
            for number, kind in enumerate(self._branches)
            if kind
        )
        others = self._mark(0, patterns=True)
        return f"CASE type {kinds} ELSE {others} END" if kinds else others

    def of(self, mark: int) -> Iterator[Asked]:
        """The rules whose bits a mark has."""
        for bit, one in self._bits[mark >> BITS].items():
            if mark >> bit & 1:
                yield one

    def _places(self, mine: Sequence[Asked]) -> Iterator[tuple[int, Asked]]:
        yield from enumerate(one for one in mine if not one.counted)
        yield from enumerate((one for one in mine if one.counted), self._low)

    def _mark(self, number: int, *, patterns: bool = False) -> str:
        """The number of the type, and the bits; where types are not known a rule's patterns are asked too."""
        bits = []
        for bit, one in self._bits[number].items():
            fits = f"{fitting(one.rule.when, 'type', self._quote)} AND " if patterns else ""
            bits.append(when(f"{fits}{one.where}", 1 << bit, 0))
        return " | ".join([f"{number << BITS}::BIGINT", *bits])


def _branches(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    """The rules by the type that they are for; under "" those for events of types that no rule names."""
    found: dict[str, list[Asked]] = {"": []}
    found |= {kind: [] for one in asked for kind in one.rule.when if not is_pattern(kind)}
    for one in asked:
        if any(map(is_pattern, one.rule.when)):
            for kind, mine in found.items():
                if not kind or one.rule.fits(kind):
                    mine.append(one)
        else:
            for kind in set(one.rule.when):
                found[kind].append(one)
    return found


def in_parts(asked: Sequence[Asked]) -> Iterator[Marks]:
    """As few marks as have bits for all."""
    marks = Marks(asked)
    if marks.fit or len(asked) < 2:
        yield marks
        return
    yield from in_parts(asked[: len(asked) // 2])
    yield from in_parts(asked[len(asked) // 2 :])


def when(condition: str, yes: int, no: int) -> str:
    """One of two numbers, as SQL; `no` also where the condition is unknown."""
    return f"(CASE WHEN {condition} THEN {yes}::BIGINT ELSE {no}::BIGINT END)"
