"""Rules by the bits of one number for each event, its mark, which SQL makes in one go. A CASE asks only the rows that it is
left with, so a rule costs nothing on events of other types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rules.matchers.columns import fitting, quoted
from rules.patterns import is_pattern
from rules.rule import Rule

BITS = 48  # of rules; above them stands the number of the event's type, 0 where no rule names it
TYPES = 1 << 13
ODD = 1 << 62  # the event must be asked by itself


@dataclass(frozen=True)
class Asked:
    """A rule, where an event of its types has its bit as SQL, and whether it is one of those that are only counted."""

    rule: Rule
    where: str
    counted: bool = False


class Marks:
    """The bits of some rules: those for patterns of types have theirs in every mark, the others in those of their types.
    `quote` stands around the type in its column."""

    def __init__(self, asked: Sequence[Asked], quote: str = "") -> None:
        self._quote = quote
        self._low = BITS // 2 if any(one.counted for one in asked) else BITS
        self._patterns = [one for one in asked if _by_pattern(one.rule)]
        self._own = _by_type(one for one in asked if not _by_pattern(one.rule))
        self._bits = [dict(self._places([*self._patterns, *mine])) for mine in ([], *self._own.values())]

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
            f"WHEN {quoted(self._quote + kind + self._quote)} THEN {self._own_mark(number)}"
            for number, kind in enumerate(self._own, 1)
        )
        own = [f"CASE type {kinds} ELSE 0::BIGINT END"] if kinds else ["0::BIGINT"]
        return " | ".join([*own, *(self._if(one, bit) for bit, one in self._bits[0].items())])

    def of(self, mark: int) -> Iterator[Asked]:
        """The rules whose bits a mark has."""
        for bit, one in self._bits[mark >> BITS].items():
            if mark >> bit & 1:
                yield one

    def _places(self, mine: Sequence[Asked]) -> Iterator[tuple[int, Asked]]:
        yield from enumerate(one for one in mine if not one.counted)
        yield from enumerate((one for one in mine if one.counted), self._low)

    def _own_mark(self, number: int) -> str:
        """The number of a type, and the bits of the rules that name it."""
        mine = ((bit, one) for bit, one in self._bits[number].items() if bit not in self._bits[0])
        return " | ".join([f"{number << BITS}::BIGINT", *(self._if(one, bit) for bit, one in mine)])

    def _if(self, one: Asked, bit: int) -> str:
        """A rule's bit. Whether the type fits its pattern is asked last, for that is the dearest."""
        fits = f" AND {fitting(one.rule.when, 'type', self._quote)}" if _by_pattern(one.rule) else ""
        return when(f"{one.where}{fits}", 1 << bit, 0)


def _by_pattern(rule: Rule) -> bool:
    return any(map(is_pattern, rule.when))


def _by_type(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    """The rules by each type that they name."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        for kind in dict.fromkeys(one.rule.when):
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
