"""Comparisons as the solver sees them: what they are about, the constants they name, and whether values can be chosen for
them so that nothing is overlooked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.conditions import Comparison, ItemTest, Resolved
from rules.facts import FactPath
from rules.operators import CHANGED, operators
from rules.solver.verdicts import FALSE, TRUE, UNKNOWN
from rules.tables import key_of
from rules.values import AggregateValue, DateValue, FactValue, ListValue, Literal, ParamValue, PercentValue

TIMED = frozenset({"before", "after"})
VAGUE = frozenset({"contains", "ends_with", "matches", "during"})  # of a text: no few values stand for all others
KEPT = 20_000
_CONTRARY = {"ne": "eq", "not_in": "in", "gte": "lt", "lte": "gt"}
_PLAIN = frozenset({"eq", "lt", "gt", "between", "in", "exists", "changed"})
_ALONE = _PLAIN | TIMED | VAGUE | {"starts_with", "any_item", "all_items"}
_OF_MEMBERS = _ALONE | _CONTRARY.keys()


@dataclass(frozen=True, slots=True)
class Term:
    """What can have one value or another: a fact, a parameter (of a table, for one fact), an aggregate. `key` tells
    equal ones."""

    key: str
    about: FactPath | ParamValue | AggregateValue = field(compare=False)


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison, as one of the fewest operators: `contrary` where the verdict is the other one. `told` tells equal
    ones; `constants` are the single values that it names; it is `exact` where values at and between these stand for all
    others."""

    leaf: Comparison
    told: str
    contrary: bool
    terms: tuple[Term, ...]
    constants: tuple[Any, ...]
    exact: bool

    @property
    def name(self) -> str:
        return self.leaf.operator.name

    @property
    def vague(self) -> bool:
        return self.name in VAGUE

    def says(self, values: Mapping[str, Any]) -> int:
        """TRUE, FALSE or UNKNOWN, where its terms have these values by their keys."""
        found = self.leaf.evaluate(_Chosen(values, self.terms))  # type: ignore[arg-type]
        return UNKNOWN if found is None else TRUE if found else FALSE


_KNOWN: dict[int, tuple[Comparison, Atom]] = {}


def atom_of(leaf: Comparison) -> Atom:
    """The comparison as an atom. Those of the last few thousand comparisons are kept: rules are asked again and again."""
    known = _KNOWN.get(id(leaf))
    if known is None or known[0] is not leaf:
        if len(_KNOWN) >= KEPT:
            _KNOWN.clear()
        known = _KNOWN[id(leaf)] = leaf, _atom_of(leaf)
    return known[1]


def _atom_of(leaf: Comparison) -> Atom:
    seen: Any = leaf.seen
    operator, wanted = leaf.operator, leaf.wanted
    if isinstance(leaf, Resolved) and leaf.asked is not None:
        seen, operator, wanted = leaf.asked.left, leaf.asked.operator, leaf.asked.right
    contrary = operator.name in _CONTRARY
    operator = operators.get(_CONTRARY.get(operator.name, operator.name))
    plain = Comparison(seen, operator, wanted, leaf.pointer)
    parts = [*_parts(seen), *_parts(wanted)]
    if operator.name == CHANGED and isinstance(seen, FactValue):
        terms: tuple[Term, ...] = (Term(f"{CHANGED} {seen.path.base}", seen.path),)
    else:
        terms = tuple(dict.fromkeys(term for part in parts for term in _terms(part)))
    moved = any(isinstance(part, (PercentValue, DateValue)) for part in parts)
    exact = not moved and operator.name in (_ALONE if len(terms) == 1 else _PLAIN)
    if isinstance(wanted, ItemTest):
        exact = exact and wanted.operator.name in _OF_MEMBERS
    told = f"{seen!r} {operator.name} {wanted!r}"
    return Atom(plain, told, contrary, terms, tuple(_constants(operator.name, parts)), exact)


def _constants(name: str, parts: list[Any]) -> Iterator[Any]:
    if name in ("exists", CHANGED, "during"):
        return
    for part in parts:
        if not isinstance(part, Literal) or part.value is None:
            continue
        if name == "matches" and type(part.value) is str:
            yield part.value.strip("^$")
        elif type(part.value) is list and name in ("in", "between", "any_item", "all_items"):
            yield from (item for item in part.value if item is not None)
        else:
            yield part.value


def _parts(value: Any) -> Iterator[Any]:
    """A value and everything that it is made of."""
    yield value
    if isinstance(value, ItemTest):
        yield from _parts(value.wanted)
    elif isinstance(value, ListValue):
        for item in value.items:
            yield from _parts(item)
    elif isinstance(value, PercentValue):
        yield from (*_parts(value.percent), *_parts(value.of))
    elif isinstance(value, DateValue):
        yield from _parts(value.offset)
    elif isinstance(value, FactValue) and value.default is not None:
        yield from _parts(value.default)


def _terms(part: Any) -> Iterator[Term]:
    if isinstance(part, (FactValue, DateValue)):
        yield Term(part.path.text, part.path)
    elif isinstance(part, ParamValue):
        yield Term(f"param {part.name} {part.at!r}", part)
        if part.at is not None:
            yield Term(part.at.path.text, part.at.path)
    elif isinstance(part, AggregateValue):
        yield Term(f"aggregate {part.name}", part)


@dataclass(slots=True)
class _Chosen:
    """Values chosen for terms, in the place of the View of an event."""

    values: Mapping[str, Any]
    terms: tuple[Term, ...]

    def read(self, path: FactPath) -> Any:
        return self.values.get(path.text)

    def changed(self, path: FactPath) -> bool:
        return self.values.get(f"{CHANGED} {path.base}") is True

    def aggregate(self, name: str) -> Any:
        return self.values.get(f"aggregate {name}")

    @property
    def params(self) -> dict[str, Any]:
        return parameters(self.values, self.terms)


def parameters(values: Mapping[str, Any], terms: Any) -> dict[str, Any]:
    """The parameters among `terms` by name; of a table what it has for the values that its facts have."""
    found: dict[str, Any] = {}
    for term in terms:
        if not isinstance(term.about, ParamValue):
            continue
        name, at, value = term.about.name, term.about.at, values.get(term.key)
        if at is None:
            found[name] = value
            continue
        seen = values.get(at.path.text)
        default = at.default.value if isinstance(at.default, Literal) else None
        key = key_of(default if seen is None else seen)
        if key is not None and value is not None:
            found[name] = {**found.get(name, {}), key: value}
    return found
