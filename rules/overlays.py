"""What one customer gets: the rules of the house with the customer's own parameters, muted and added rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.errors import nearest
from rules.document.check import error
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.matching import try_rules
from rules.params import misfit
from rules.rule import Rule
from rules.tables import is_table, merged

HOUSE_LAYER, SEGMENT_LAYER, CUSTOMER_LAYER = 0, 1, 2


@dataclass(frozen=True)
class Effective:
    """`rules` in running order, without the muted ones; `params` by name, as documents write values; `muted` has the
    reason by key; `origins` the set by key of rule. Where `problems` is not empty, what they name was left out."""

    rules: tuple[Rule, ...]
    params: dict[str, Any]
    muted: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def effective(house: Document, overlay: Document | None = None) -> Effective:
    """The effective rules of a customer whose set is `overlay`, or of everybody else. Pure."""
    rules, problems = try_rules(house, HOUSE_LAYER)
    params = {name: declared["default"] for name, declared in house.params.items()}
    origins = {rule.key: house.set for rule in rules}
    if overlay is None:
        return Effective(_sorted(rules), params, {}, origins, tuple(problems))
    added, more = try_rules(overlay, CUSTOMER_LAYER)
    problems += more
    if not more:
        wrong = list(conflicts(house, overlay))
        problems += wrong
        left_out = {problem.pointer for problem in wrong}
        own = {name: value for name, value in overlay.params.items() if join("/params", name) not in left_out}
        params |= {name: _nearest(house.params[name], params[name], value) for name, value in own.items()}
        muted = {key: reason for key, reason in overlay.mute.items() if join("/mute", key) not in left_out}
        added = [rule for rule in added if rule.key not in origins]
        rules = [rule for rule in rules if rule.key not in muted] + added
        origins |= {rule.key: overlay.set for rule in added}
        return Effective(_sorted(rules), params, muted, origins, tuple(problems))
    return Effective(_sorted(rules), params, {}, origins, tuple(problems))


def conflicts(house: Document, overlay: Document) -> Iterator[Problem]:
    """What in `overlay` does not fit `house`: unknown parameters and rules, values out of bounds, keys in use."""
    for name, value in overlay.params.items():
        pointer = join("/params", name)
        if name not in house.params:
            near = nearest(name, list(house.params))
            yield error(overlay, pointer, f'the house has no parameter "{name}"; take it out or correct it.{near}')
        elif problem := misfit(house.params[name], value):
            yield error(overlay, pointer, problem)
    keys = [rule["key"] for rule in house.rules]
    for key in overlay.mute:
        if key not in keys:
            near = nearest(key, keys)
            yield error(overlay, join("/mute", key), f'the house has no rule "{key}" to mute; take it out.{near}')
    for place, rule in enumerate(overlay.rules):
        if rule["key"] in keys:
            pointer = join("/rules", place, "key")
            yield error(overlay, pointer, f'the house has a rule "{rule["key"]}" already; give this one another key')


def _nearest(declared: Any, inherited: Any, own: Any) -> Any:
    return merged(inherited, own) if is_table(declared) else own


def _sorted(rules: list[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.order))
