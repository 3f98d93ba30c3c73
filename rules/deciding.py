"""Decide what should follow an event: which rules are true, and the plan they ask for. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.lookups import Lookup
from rules.conditions import build_condition
from rules.double import true_keys
from rules.eligibility import why_not
from rules.exemptions import Exemptions
from rules.facts import View
from rules.groups import first_of_groups
from rules.in_force import CACHE, Live
from rules.incidents import Disagreement
from rules.keeping_back import Keeping
from rules.layers import layers_of
from rules.observing import UNSEEN, History, lookups_of, resolved, stored
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, Effective
from rules.planning import PlannedAction, plan
from rules.rule import Rule

_FIELDS = tuple(found.name for found in fields(PlannedAction))
_TAKEN = "left out: what it stands over has a rule of this key by now; give this one another key"


@dataclass(frozen=True)
class Planned:
    """One rule that is true of the event, with the actions that it asks for."""

    rule: Rule
    rule_set: str
    version: str  # content hash
    actions: tuple[PlannedAction, ...]


@dataclass(frozen=True)
class Decided:
    """What the effective rules say about one event. `held_back` gives for each rule that was true, but may not act, why;
    `disagreements` are of matchers."""

    house: str = ""
    overlay: str = ""
    planned: tuple[Planned, ...] = ()
    held_back: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    observed: dict[str, Any] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    segment: dict[str, str] = field(default_factory=dict)


def lookups(event: Mapping[str, Any], live: Mapping[str, Live], position: int) -> list[Lookup]:
    """What the rules of the event want to know of the log up to `position`; nothing where none looks at it."""
    layers = layers_of(event, live)
    if layers is None:
        return []
    return list(lookups_of(CACHE.observing(layers.house, *layers.overlays), event, position))


def decide(
    event: Mapping[str, Any],
    live: Mapping[str, Live],
    switched_off: Mapping[str, str] | None = None,
    history: History = UNSEEN,
    exempt: Exemptions | None = None,
) -> Decided:
    """Decide one event, given as a document, by the live versions of the house, of its customer's segment, and of the
    customer. `history` says what relations and aggregates see, `exempt` who is exempted from what.

    What is switched off, exempted or muted holds back no other rule of its group.
    """
    layers = layers_of(event, live)
    if layers is None:
        return Decided()
    rules = CACHE.effective(layers.house, *layers.overlays)
    event = resolved(event, CACHE.observing(layers.house, *layers.overlays), rules.params, history)
    held_back: dict[str, str] = {}
    told: list[Disagreement] = []
    written: list[Rule] = []
    for number, key, version in layers.all:
        for rule in _true(event, version, rules, number, told) if number == HOUSE_LAYER or key in rules.own else ():
            if unfit := rules.left_out.get(f"{key}/{rule.key}"):
                held_back[f"{key}/{rule.key}"] = _TAKEN if rule.key in rules.origins else unfit
            else:
                written.append(rule)
    by_layer = {number: (key, version.content_hash) for number, key, version in layers.all}
    true = [(rule, *by_layer[rule.layer]) for rule in rules.instead(written, event)]
    true.sort(key=lambda found: found[0].order)
    keepers = Keeping(switched_off or {}, exempt or {})
    held_back |= {rule.key: why for rule, key, _ in true if (why := why_not(rule, key, event, keepers, rules.muted))}
    held_back |= first_of_groups(rule for rule, *_ in true if rule.key not in held_back)[1]
    planned = tuple(
        Planned(rule, rule_set, version, tuple(plan(rule, event, rules.params)))
        for rule, rule_set, version in true
        if rule.key not in held_back
    )
    observed = stored(event, [one.rule for one in planned])
    house, overlay = layers.hash_of(HOUSE_LAYER), layers.hash_of(CUSTOMER_LAYER)
    params = dict(rules.params)
    return Decided(house, overlay, planned, held_back, params, observed, tuple(told), layers.segment)


def effective_of(event: Mapping[str, Any], live: Mapping[str, Live]) -> Effective | None:
    """The effective rules that decide an event; None where no house rules are live."""
    layers = layers_of(event, live)
    return CACHE.effective(layers.house, *layers.overlays) if layers else None


def _true(
    event: Mapping[str, Any], live: Live, rules: Effective, layer: int, disagreements: list[Disagreement]
) -> list[Rule]:
    compiled = CACHE.compiled(live, layer)
    keys, disagreement = true_keys(event, live, compiled, rules.params, layer)
    if disagreement is not None:
        disagreements.append(disagreement)
    return [compiled.rules[key] for key in keys]


def holds(condition: Mapping[str, Any], event: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether a condition, as it stands in a rule, is true of an event; unknown is not true."""
    return build_condition(condition, "").evaluate(View(event, params)) is True


def as_data(actions: tuple[PlannedAction, ...]) -> list[dict[str, Any]]:
    """Planned actions as plain data, for the decision's row."""
    return [{name: getattr(action, name) for name in _FIELDS} for action in actions]
