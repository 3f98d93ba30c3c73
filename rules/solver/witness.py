"""From values to an event document with these facts, and to the parameters beside it: what shows that something can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any

from core.money import Money
from rules.aggregates import build
from rules.facts import ENVELOPE, FactPath
from rules.kinds import kind_of
from rules.observed import OBSERVED
from rules.operators import CHANGED
from rules.sentences import plain
from rules.solver.atoms import Term, parameters
from rules.solver.candidates import OPEN
from rules.tables import is_table, merged
from rules.values import AggregateValue

Params = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Witness:
    """An `event` in the shape of the history files; `params` are those whose value is not the default, as documents write
    them; `counted` has what aggregates came to, by what they are in words."""

    event: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, Any] = field(default_factory=dict)


def witness_of(
    kind: str, subject: str, terms: Iterable[Term], values: Mapping[str, Any], params: Params
) -> Witness | None:
    """An event of this kind with these values; None where they cannot stand in one event."""
    terms = list(terms)
    envelope: dict[str, Any] = {"id": "made-up", "type": kind, "subject": subject, "customer": "customer:0", "at": OPEN}
    facts: dict[str, Any] = {}
    was: dict[str, Any] = {}
    paths = sorted((term.about for term in terms if isinstance(term.about, FactPath)), key=lambda path: len(path.parts))
    for path in dict.fromkeys(paths):
        if path.parts[0] == "event" and len(path.parts) == 2 and path.parts[1] in ENVELOPE:
            if path.text in values:
                envelope[path.parts[1]] = values[path.text]
        elif not path.suffix and values.get(path.text) is not None and not _put(facts, path.parts, values[path.text]):
            return None
    for base in dict.fromkeys(path.base for path in paths):
        if not _former(base, values, facts, was):
            return None
    event = {**envelope, "facts": facts} | ({"was": was} if was else {})
    counted = {
        build(term.about).says: values[term.key]
        for term in terms
        if isinstance(term.about, AggregateValue) and values.get(term.key) is not None
    }
    given = {name: _written(value) for name, value in parameters(values, terms).items()}
    return Witness(event, {name: value for name, value in given.items() if _differs(value, params.get(name))}, counted)


def as_data(found: Witness) -> dict[str, Any]:
    """The witness as JSON data: {"event", "params", "counted"}."""
    facts = {name: value for name, value in found.event["facts"].items() if name != OBSERVED}
    event = plain({**found.event, "facts": facts})
    return {"event": event, "params": plain(found.params), "counted": plain(found.counted)}


def effective(found: Witness, params: Params) -> dict[str, Any]:
    """Every parameter by name, as it is for the witness."""
    made = {name: declared.get("default") for name, declared in params.items()}
    for name, value in found.params.items():
        default = made.get(name)
        table = name in params and is_table(params[name]) and isinstance(default, dict)
        made[name] = merged(default, value) if table else value
    return made


def _put(facts: dict[str, Any], parts: tuple[str, ...], value: Any) -> bool:
    for part in parts[:-1]:
        inside = facts.setdefault(part, {})
        if not isinstance(inside, dict):
            return False
        facts = inside
    return bool(facts.setdefault(parts[-1], value) == value)


def _former(base: str, values: Mapping[str, Any], facts: dict[str, Any], was: dict[str, Any]) -> bool:
    """Say what the fact was before, so that it changed by as much as is asked."""
    then, by, share = (values.get(f"{base}.{suffix}") for suffix in ("was", "change", "change_percent"))
    now = values.get(base)
    if by is not None or share is not None:
        if now is None:
            now = _sample(by, then)
            if not _put(facts, tuple(base.split(".")), now):
                return False
        before = _less(now, by) if by is not None else _before(now, share)
        then = before if then is None else then
    elif then is None and values.get(f"{CHANGED} {base}") is not True:
        return True
    was[base] = then
    return True


def _sample(by: Any, then: Any) -> Any:
    """What it may be now."""
    if kind_of(then) == "money" and kind_of(by) in ("money", None):
        return {"minor": then["minor"] + (by["minor"] if by else 0), "currency": then["currency"]}
    if kind_of(then) == "number" and kind_of(by) in ("number", None):
        return then + (by or 0)
    return {"minor": 100_000, "currency": by["currency"]} if kind_of(by) == "money" else 1_000


def _less(now: Any, by: Any) -> Any:
    if kind_of(now) == "money" and kind_of(by) == "money":
        return {"minor": now["minor"] - by["minor"], "currency": now["currency"]}
    return _plain(Fraction(now) - Fraction(by)) if kind_of(now) == kind_of(by) == "number" else None


def _before(now: Any, share: Any) -> Any:
    """What a number was before it changed by so many per cent."""
    amount = now["minor"] if kind_of(now) == "money" else now
    if kind_of(share) != "number" or kind_of(amount) != "number" or not 100 + share:
        return None
    exact = Fraction(amount) * 100 / (100 + Fraction(share))
    if kind_of(now) == "money":
        return {"minor": round(exact), "currency": now["currency"]}
    return _plain(exact)


def _plain(number: Fraction) -> Any:
    if number.denominator == 1:
        return int(number)
    return float(number) if abs(number) < 10**300 and isfinite(float(number)) else number


def _written(value: Any) -> Any:
    """A value as documents write it."""
    if isinstance(value, dict) and kind_of(value) != "money":
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    return {"money": str(Money.from_fact(value))} if kind_of(value) == "money" else value


def _differs(value: Any, declared: Mapping[str, Any] | None) -> bool:
    default = None if declared is None else declared.get("default")
    if isinstance(value, dict) and isinstance(default, dict):
        return any(default.get(key, default.get("else")) != item for key, item in value.items())
    return bool(value != default) or type(value) is not type(default)
