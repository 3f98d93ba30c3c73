"""Whether conditions can have given verdicts together at all. Says no only where that is certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor
from typing import Any

from core.catalog import Fact, Kind
from rules.checks.scope import Scope
from rules.conditions import All, Comparison, Condition, Not
from rules.kinds import kind_of
from rules.values import FactValue, Literal, as_written

Asked = tuple[Comparison, bool]
MAX_ALTERNATIVES = 64
_DECIDED = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "not_in", "exists")
_WHOLE = (Kind.INTEGER, Kind.MONEY)


class _TooMany(ValueError):
    """More alternatives than are worth a look."""


def can_hold(wanted: Sequence[tuple[Condition, bool]], scope: Scope) -> bool:
    """Whether some event could give each condition the verdict that stands beside it. Facts count as independent of
    each other, and what no literal bounds as free; so only a plain contradiction over one fact is found."""
    try:
        alternatives = _every([_alternatives(condition, verdict) for condition, verdict in wanted])
    except _TooMany:
        return True
    return any(_possible(alternative, scope) for alternative in alternatives)


def _alternatives(condition: Condition, verdict: bool) -> list[tuple[Asked, ...]]:
    if isinstance(condition, Not):
        return _alternatives(condition.item, not verdict)
    if isinstance(condition, Comparison):
        return [((condition, verdict),)]
    parts = [_alternatives(item, verdict) for item in condition.items]
    return _every(parts) if isinstance(condition, All) == verdict else _bounded(one for part in parts for one in part)


def _every(parts: list[list[tuple[Asked, ...]]]) -> list[tuple[Asked, ...]]:
    product: list[tuple[Asked, ...]] = [()]
    for part in parts:
        product = _bounded(one + other for one in product for other in part)
    return product


def _bounded(found: Iterable[tuple[Asked, ...]]) -> list[tuple[Asked, ...]]:
    alternatives = list(found)
    if len(alternatives) > MAX_ALTERNATIVES:
        raise _TooMany
    return alternatives


def _possible(alternative: tuple[Asked, ...], scope: Scope) -> bool:
    said: dict[str, bool] = {}
    by_path: dict[str, list[Asked]] = {}
    for leaf, verdict in alternative:
        question = f"{leaf.seen!r} {leaf.operator.name} {leaf.wanted!r}"
        if said.setdefault(question, verdict) != verdict:
            return False
        if isinstance(leaf.seen, FactValue) and leaf.operator.name in _DECIDED and isinstance(leaf.wanted, Literal):
            by_path.setdefault(leaf.name, []).append((leaf, verdict))
    return all(_fits(asked, scope) for asked in by_path.values())


def _fits(asked: list[Asked], scope: Scope) -> bool:
    seen = asked[0][0].seen
    fact = scope.find(seen.path) if isinstance(seen, FactValue) else None
    constants = [item for leaf, _ in asked for item in _constants(leaf)]
    return any(all(_says(leaf, value) is verdict for leaf, verdict in asked) for value in _candidates(fact, constants))


def _constants(leaf: Comparison) -> list[Any]:
    value = leaf.wanted.value if isinstance(leaf.wanted, Literal) else None
    if leaf.operator.takes in ("list", "pair"):
        return list(value) if isinstance(value, list) else []
    return [] if leaf.operator.takes == "flag" else [value]


def _says(leaf: Comparison, value: Any) -> bool | None:
    wanted = leaf.wanted.value if isinstance(leaf.wanted, Literal) else None
    if leaf.operator.takes != "flag" and (value is None or wanted is None):
        return None
    return leaf.operator.test(value, wanted)


def _candidates(fact: Fact | None, constants: list[Any]) -> Iterator[Any]:
    """Not set, and enough values that every order among the constants occurs."""
    yield None
    if fact is not None and (fact.choices or fact.kind is Kind.BOOLEAN):
        yield from fact.choices or (True, False)
        return
    whole = fact is not None and fact.kind in _WHOLE
    yield from _between([as_written(item) for item in constants if kind_of(item) == "number"], whole=whole)
    money = [item for item in constants if kind_of(item) == "money"]
    for currency in sorted({item["currency"] for item in money}):
        minors = _between([item["minor"] for item in money if item["currency"] == currency], whole=True)
        yield from ({"minor": minor, "currency": currency} for minor in minors)
    for item in constants:
        if kind_of(item) == "text":
            yield from (item, item + "\0")
        elif kind_of(item) == "list":
            yield from (item, [*item, item])
    yield from ("", True, False)


def _between(numbers: list[Any], *, whole: bool) -> list[Any]:
    if not numbers:
        return []
    known = sorted(set(numbers))
    if whole:
        near = ((floor(number) - 1, floor(number), ceil(number), ceil(number) + 1) for number in known)
        return sorted({number for four in near for number in four})
    return [known[0] - 1, *known, *((low + high) / 2 for low, high in pairwise(known)), known[-1] + 1]
