"""A backtest's result for people: titles of rules, conditions in words, money by currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.describing import shown
from rules.operators import CHANGED, EXISTS, operators
from rules.simulation.backtests import Backtest
from rules.simulation.sides import NAMES
from rules.simulation.tally import KINDS
from rules.simulation.versions import Versions
from rules.wording import say


@dataclass(frozen=True)
class Step:
    """One condition of a rule, on how many events it was still true on either side; None where a side has no such step."""

    says: str
    live: int | None
    draft: int | None


@dataclass(frozen=True)
class RuleRead:
    """One rule of a result. `counts` has how many events come out otherwise, by kind; `steps` are its waterfall."""

    key: str
    title: str
    live: int
    draft: int
    customers: int
    counts: Mapping[str, int]
    steps: tuple[Step, ...]
    listed: Mapping[str, list[dict[str, Any]]]

    @property
    def changed(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Sum:
    """Money of one currency that all actions together ask for more, and less; as facts have it."""

    more: dict[str, Any]
    fewer: dict[str, Any]
    net: dict[str, Any]


def rules_of(row: Backtest) -> list[RuleRead]:
    """The rules of a result, those with the most differences first."""
    written = _written(row) if row.result.get("rules") else {}
    found = [_rule(one, written) for one in row.result.get("rules", [])]
    return sorted(found, key=lambda rule: (-rule.changed, rule.key))


def sums_of(result: Mapping[str, Any]) -> list[Sum]:
    """All money of a result, by currency."""
    sums: dict[str, list[int]] = {}
    for action in result.get("actions", []):
        for one in action["money"]:
            mine = sums.setdefault(one["currency"], [0, 0])
            mine[0] += one["more"]
            mine[1] += one["fewer"]
    return [
        Sum(*({"minor": minor, "currency": currency} for minor in (more, fewer, more - fewer)))
        for currency, (more, fewer) in sorted(sums.items())
    ]


def _rule(found: Mapping[str, Any], written: Mapping[str, dict[str, Mapping[str, Any]]]) -> RuleRead:
    key = found["rule"]
    documents = [written[name].get(key) for name in NAMES]
    title = next((str(one["title"]) for one in reversed(documents) if one and one.get("title")), key)
    return RuleRead(
        key,
        title,
        found["live"],
        found["draft"],
        found["customers"],
        {kind: found[kind] for kind in KINDS},
        tuple(_steps(found["waterfall"], documents)),
        found["listed"],
    )


def _steps(falls: Mapping[str, list[int]], documents: list[Mapping[str, Any] | None]) -> Iterator[Step]:
    says = [_conditions(one) for one in documents]
    for place in range(max(map(len, falls.values()), default=0)):
        names = dict.fromkeys(one[place] for one in says if place < len(one) and one[place])
        counts = [falls[name][place] if place < len(falls[name]) else None for name in NAMES]
        yield Step(" → ".join(names), counts[0], counts[1])


def _conditions(rule: Mapping[str, Any] | None) -> list[str]:
    """What stands in the way of a rule, one after the other, in words; the first is what it is about."""
    if rule is None:
        return []
    when, condition = rule["when"], rule.get("if")
    about = shown(when)
    if condition is None:
        return [about]
    items = condition.get("all", [condition])
    if isinstance(when, Mapping):
        return [about, ", ".join(map(_says, items))]
    return [about, *map(_says, items)]


def _says(condition: Mapping[str, Any]) -> str:
    """A condition in words: order.total is at least 500.00 RON."""
    for key, word in (("all", ", "), ("any", say(" or "))):
        if key in condition:
            return word.join(map(_says, condition[key]))
    if "op" not in condition or not {"fact", "param"} & condition.keys() or "at" in condition:
        return shown(condition)
    operator, name, wanted = (
        operators.get(condition["op"]),
        str(condition.get("fact", condition.get("param"))),
        condition.get("value"),
    )
    if operator.name == CHANGED:
        return say("{name} changed", name=name)
    if operator.name == EXISTS:
        return say("{name} is set", name=name) if wanted is True else say("{name} is not set", name=name)
    if operator.takes in ("item", "pair") and not (isinstance(wanted, list) and len(wanted) == 2):
        return shown(condition)
    if operator.takes == "pair" and isinstance(wanted, list):
        text = say("{low} and {high}", low=_named(wanted[0]), high=_named(wanted[1]))
    else:
        text = _named(wanted)
    return f"{name} {say(operator.says, wanted=text)}"


def _named(value: Any) -> str:
    """A value; a parameter by its name."""
    return str(value["param"]) if isinstance(value, Mapping) and set(value) == {"param"} else shown(value)


def _written(row: Backtest) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The rules of both sides as they are written, by their keys."""
    versions = Versions(row)
    return {name: versions.written(name) for name in NAMES}
