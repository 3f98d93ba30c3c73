"""Decide what should follow an event: which rules are true, and the plan they ask for. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from core.lookups import Lookup
from rules.conditions import build_condition
from rules.double import true_keys
from rules.exemptions import Exemptions, why_exempt
from rules.facts import View
from rules.groups import first_of_groups
from rules.in_force import CACHE, Live
from rules.incidents import Disagreement
from rules.kinds import as_moment
from rules.observing import UNSEEN, History, lookups_of, resolved, stored
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, Effective
from rules.planning import PlannedAction, plan
from rules.rule import Rule
from rules.rule_sets import HOUSE
from rules.switches import why_off

_FIELDS = tuple(found.name for found in fields(PlannedAction))
_TAKEN = "left out: the house has a rule of this key by now; give the customer's rule another key"


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


def lookups(event: Mapping[str, Any], live: Mapping[str, Live], position: int) -> list[Lookup]:
    """What the rules of the event want to know of the log up to `position`; nothing where none looks at it."""
    house, overlay = _of(event, live)
    return list(lookups_of(CACHE.observing(house, overlay), event, position)) if house else []


def decide(
    event: Mapping[str, Any],
    live: Mapping[str, Live],
    switched_off: Mapping[str, str] | None = None,
    history: History = UNSEEN,
    exempt: Exemptions | None = None,
) -> Decided:
    """Decide one event, given as a document, by the live versions of the house and of its customer. `history` says what
    relations and aggregates see, `exempt` who is exempted from what.

    What is switched off, exempted or muted holds back no other rule of its group.
    """
    house, overlay = _of(event, live)
    if house is None:
        return Decided()
    rules = CACHE.effective(house, overlay)
    event = resolved(event, CACHE.observing(house, overlay), rules.params, history)
    held_back: dict[str, str] = {}
    told: list[Disagreement] = []
    inherited = rules.instead(_true(event, house, rules, HOUSE_LAYER, told), event)
    true = [(rule, HOUSE, house.content_hash) for rule in inherited]
    if overlay is not None and rules.own:
        key = str(event["customer"])
        mine = [(rule, key, overlay.content_hash) for rule in _true(event, overlay, rules, CUSTOMER_LAYER, told)]
        true += [found for found in mine if rules.origins.get(found[0].key) == key]
        unfit = [rule.key for rule, *_ in mine if rules.origins.get(rule.key) != key]
        held_back |= {f"{key}/{name}": _TAKEN if name in rules.origins else rules.left_out[name] for name in unfit}
    true.sort(key=lambda found: found[0].order)
    off = switched_off or {}
    held_back |= {rule.key: reason for rule, key, _ in true if (reason := why_off(off, key, rule.key))}
    held_back |= {
        rule.key: reason
        for rule, *_ in true
        if exempt and rule.key not in held_back and (reason := _why_exempt(rule, event, exempt))
    }
    held_back |= {
        rule.key: f"muted for this customer: {rules.muted[rule.key]}"
        for rule, *_ in true
        if rule.key in rules.muted and rule.key not in held_back
    }
    held_back |= first_of_groups(rule for rule, *_ in true if rule.key not in held_back)[1]
    planned = tuple(
        Planned(rule, rule_set, version, tuple(plan(rule, event, rules.params)))
        for rule, rule_set, version in true
        if rule.key not in held_back
    )
    observed = stored(event, [one.rule for one in planned])
    digest = overlay.content_hash if overlay else ""
    return Decided(house.content_hash, digest, planned, held_back, dict(rules.params), observed, tuple(told))


def _why_exempt(rule: Rule, event: Mapping[str, Any], exempt: Exemptions) -> str | None:
    at = as_moment(event.get("at"))
    whom = str(event.get("customer") or ""), str(event.get("subject") or "")
    return why_exempt(exempt, whom, rule.key, rule.group, at) if isinstance(at, datetime) else None


def _of(event: Mapping[str, Any], live: Mapping[str, Live]) -> tuple[Live | None, Live | None]:
    """The version of the house and the overlay that decide an event."""
    overlay = live.get(event.get("customer") or "")
    stays_on = overlay.house if overlay else None
    return stays_on or live.get(HOUSE), overlay


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
