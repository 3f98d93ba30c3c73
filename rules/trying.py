"""Try one event through rules: what every rule saw and said, and what it would do. Pure; performs and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules.document.model import Document
from rules.document.problem import Problem
from rules.groups import first_of_groups
from rules.matchers.proof import Proof, Seen
from rules.matchers.reference import ReferenceMatcher
from rules.matching import try_rules
from rules.observing import UNSEEN, History, resolved
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, effective
from rules.planning import PlannedAction, plan
from rules.rule import Rule

Outcome = Literal["acted", "not_acted", "not_eligible"]


@dataclass(frozen=True)
class TriedRule:
    """One rule against one event. `why` is one sentence for a rule that does not act; `conditions` what each
    comparison saw; `actions` what the rule asks for where it acts; `set` where the rule comes from."""

    key: str
    title: str
    set: str
    outcome: Outcome
    why: str
    conditions: tuple[Seen, ...]
    actions: tuple[PlannedAction, ...]
    once: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Tried:
    """Every rule in running order; `problems` name what could not be used and was left out."""

    rules: tuple[TriedRule, ...]
    problems: tuple[Problem, ...] = ()

    def having(self, outcome: Outcome) -> list[TriedRule]:
        return [rule for rule in self.rules if rule.outcome == outcome]

    @property
    def acted(self) -> list[TriedRule]:
        return self.having("acted")

    @property
    def not_acted(self) -> list[TriedRule]:
        return self.having("not_acted")

    @property
    def not_eligible(self) -> list[TriedRule]:
        return self.having("not_eligible")


def try_event(
    event: Mapping[str, Any], house: Document, overlay: Document | None = None, history: History = UNSEEN
) -> Tried:
    """Try `event`, in the shape of the history files, through the house rules and one customer's changes to them.
    `history` says what relations and aggregates see; without one they are unknown."""
    found = effective(house, overlay)
    rules = [found.changed.get(rule.key, rule) for rule in try_rules(house, HOUSE_LAYER)[0]]
    if overlay is not None:
        added, _more = try_rules(overlay, CUSTOMER_LAYER)
        rules += [rule for rule in added if found.origins.get(rule.key) == overlay.set]
    event = resolved(event, [rule for rule in rules if rule.sources], found.params, history)
    matcher = ReferenceMatcher(rules)
    proofs = matcher.prove(event, found.params)
    true = (rule for rule, proof in zip(matcher.rules, proofs, strict=True) if proof.acts)
    _acting, held_back = first_of_groups(rule for rule in true if rule.key not in found.muted)
    held_back |= {key: f"muted for this customer: {reason}" for key, reason in found.muted.items()}
    tried = (
        _tried(rule, proof, event, found.params, held_back.get(rule.key), found.origins.get(rule.key, house.set))
        for rule, proof in zip(matcher.rules, proofs, strict=True)
    )
    return Tried(tuple(tried), found.problems)


def _tried(
    rule: Rule, proof: Proof, event: Mapping[str, Any], params: Mapping[str, Any], held_back: str | None, origin: str
) -> TriedRule:
    outcome, why = _outcome(rule, proof, event, held_back)
    actions = tuple(plan(rule, event, params)) if outcome == "acted" else ()
    document = rule.document
    return TriedRule(
        rule.key, document.get("title", ""), origin, outcome, why, proof.conditions, actions, document.get("once")
    )


def _outcome(rule: Rule, proof: Proof, event: Mapping[str, Any], held_back: str | None) -> tuple[Outcome, str]:
    if held_back is not None:
        return "not_eligible", held_back
    if not rule.fits(event.get("type")):
        return "not_eligible", f"it is for {' or '.join(rule.when)}, and this event is {event.get('type')}"
    if not rule.in_force(event):
        return "not_eligible", f"{_bounds(rule)}, and this event is of {event.get('at')}"
    if proof.acts:
        return "acted", ""
    return "not_acted", _misses(proof)


def _bounds(rule: Rule) -> str:
    since = f" from {rule.since.isoformat()}" if rule.since else ""
    until = f" until {rule.until.isoformat()}" if rule.until else ""
    return f"it is in force{since}{until}"


def _misses(proof: Proof) -> str:
    """What stood in the way; under a `not`, every comparison may be what did."""
    misses = [seen.sentence for seen in proof.conditions if seen.verdict != "true"]
    return "; ".join(misses or [seen.sentence for seen in proof.conditions])
