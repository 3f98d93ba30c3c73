"""What values a fact or a parameter can have, by its declaration; of a parameter, under every override that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.catalog import Fact, Kind
from core.money import Money
from rules.params import single
from rules.tables import is_table
from rules.values import constant

KINDS = frozenset({"text", "number", "boolean", "money", "list"})


@dataclass(frozen=True, slots=True)
class Domain:
    """The `kinds` of values, and whether there may be none. `choices` are all the values there are, where they are few;
    `low` and `high` bound numbers, and money in minor units of `currency`; `dated` is date or moment where texts are
    such; `of` is for members of a list. One that is not `certain` has values that nobody can list or bound: `some` of them
    may be named."""

    kinds: frozenset[str] = KINDS
    unset: bool = True
    choices: tuple[Any, ...] = ()
    whole: bool = False
    low: Any = None
    high: Any = None
    currency: str = ""
    dated: str = ""
    of: Domain | None = None
    odd: bool = False
    certain: bool = True
    some: tuple[Any, ...] = ()

    @property
    def marks(self) -> tuple[Any, ...]:
        """The values at which it begins, ends, or is at all."""
        ends = [end for end in (self.low, self.high) if end is not None]
        known = [{"minor": end, "currency": self.currency} for end in ends] if "money" in self.kinds else ends
        return (*self.choices, *self.some, *known)

    def allows(self, value: Any) -> bool:
        """Whether a number, or an amount in minor units, lies within the bounds."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


ANYTHING = Domain(odd=True)
_OF_KIND = {
    Kind.TEXT: Domain(frozenset({"text"})),
    Kind.REF: Domain(frozenset({"text"})),
    Kind.DATE: Domain(frozenset({"text"}), dated="date"),
    Kind.MOMENT: Domain(frozenset({"text"}), dated="moment"),
    Kind.INTEGER: Domain(frozenset({"number"}), whole=True),
    Kind.NUMBER: Domain(frozenset({"number"})),
    Kind.BOOLEAN: Domain(frozenset({"boolean"})),
    Kind.MONEY: Domain(frozenset({"money"})),
    Kind.LIST: Domain(frozenset({"list"})),
    Kind.ANY: ANYTHING,
}
_OF_TYPE = {
    "integer": Domain(frozenset({"number"}), unset=False, whole=True),
    "percent": Domain(frozenset({"number"}), unset=False),
    "money": Domain(frozenset({"money"}), unset=False),
    "duration": Domain(frozenset({"text"}), unset=False, certain=False),
    "text": Domain(frozenset({"text"}), unset=False),
    "template": Domain(frozenset({"text"}), unset=False),
    "boolean": Domain(frozenset({"boolean"}), unset=False),
}


def of_fact(fact: Fact | None, suffix: str = "") -> Domain:
    """What a declared fact can be, or one that nobody declared. It may always be missing: events of long ago do not
    have what was declared since. `suffix` is that of its path."""
    found = _OF_KIND[fact.kind] if fact is not None else ANYTHING
    if fact is not None and fact.choices:
        found = replace(found, choices=fact.choices)
    if fact is not None and fact.kind is Kind.LIST:
        found = replace(found, of=of_fact(Fact(fact.name, fact.of)) if fact.of else ANYTHING)
    if suffix in ("change", "change_percent"):
        kinds = found.kinds & {"number", "money"}
        percent = suffix == "change_percent"
        return Domain(frozenset({"number"} if percent and kinds else kinds), whole=found.whole and not percent)
    return found


def of_parameter(declared: Mapping[str, Any] | None) -> Domain:
    """What a parameter can be, of a table what it can hold for one key."""
    if declared is None:
        return replace(ANYTHING, certain=False)
    wanted = single(declared)
    if isinstance(wanted, dict):
        found = Domain(frozenset({"text"}), unset=False, choices=tuple(wanted["one_of"]))
    else:
        found = _bounded(_OF_TYPE[wanted], declared)
    if isinstance(declared["type"], list):
        return Domain(frozenset({"list"}), unset=False, of=found)
    return replace(found, unset=True) if is_table(declared) else found


def _bounded(found: Domain, declared: Mapping[str, Any]) -> Domain:
    ends = {key: _end(declared[name]) for key, name in (("low", "min"), ("high", "max")) if name in declared}
    if not found.certain:
        values = declared["default"]
        named = [*(values if isinstance(values, list) else [values]), declared.get("min"), declared.get("max")]
        return replace(found, some=tuple(dict.fromkeys(one for one in named if isinstance(one, str))))
    if not found.kinds <= {"number", "money"} or not ends:
        return found
    if None in ends.values():
        return replace(found, certain=False)
    currency = next((end[1] for end in ends.values() if end), "")
    return replace(found, currency=currency, **{key: end[0] for key, end in ends.items() if end})


def _end(written: Any) -> tuple[Any, str] | None:
    """A bound as a number with its currency; None where it is neither number nor amount."""
    try:
        value = constant(written)
    except ValueError:
        return None
    if type(value) is dict and "minor" in value:
        return Money.from_fact(value).minor, value["currency"]
    return (value, "") if type(value) in (int, float) else None
