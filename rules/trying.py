"""Try one event through rules: what every rule saw and said, and what it would do. Pure; performs and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules.document.model import Document
from rules.document.problem import Problem
from rules.eligibility import Keepers, Nobody, first, muted_because, why_not
from rules.facts import View
from rules.groups import first_of_groups
from rules.matchers.proof import Proof, Seen, proof_of
from rules.nearest_miss import nearest_miss
from rules.observing import UNSEEN, History, resolved
from rules.overlays import effective
from rules.planning import PlannedAction, plan
from rules.rule import Rule
from rules.timing import rule_of
from rules.wording import at_length, say

NOBODY = Nobody()
Outcome = Literal["acted", "not_acted", "not_eligible"]


@dataclass(frozen=True)
class TriedRule:
    """One rule against one event. `why` is one sentence for a rule that does not act: for one whose conditions do not hold
    the nearest miss, which are the fewest comparisons that would have had to come out otherwise, at `missed`.
    `conditions` has what each comparison saw, of a rule for such events; `actions` what the rule asks for where it acts;
    `set` where the rule comes from."""

    key: str
    title: str
    set: str
    outcome: Outcome
    why: str
    conditions: tuple[Seen, ...]
    actions: tuple[PlannedAction, ...]
    once: Mapping[str, Any] | None = None
    missed: tuple[str, ...] = ()


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


@at_length()
def try_event(
    event: Mapping[str, Any],
    house: Document,
    *overlays: Document | None,
    history: History = UNSEEN,
    keepers: Keepers = NOBODY,
) -> Tried:
    """Try `event`, in the shape of the history files, through the house rules and the changes of its customer's segment and
    of the customer. `history` says what relations and aggregates see, unknown without one; `keepers` what else than the
    rules keeps them from acting. Of several causes the first of rules.eligibility.ORDER is told."""
    found = effective(house, *overlays)
    rules = sorted((*found.rules, *found.silenced.values()), key=lambda rule: rule.order)
    event = resolved(event, [rule for rule in rules if rule.sources], found.params, history)
    view = View(event, found.params)
    other_types: dict[tuple[str, ...], str] = {}
    unfit = {rule.key: why for rule in rules if (why := _unfit(rule, event, other_types))}
    proofs = {rule.key: proof_of(rule, view) for rule in rules if rule.key not in unfit}
    true = [rule for rule in rules if (proof := proofs.get(rule.key)) and proof.verdict == "true"]
    origins = {rule.key: found.origins.get(rule.key, house.set) for rule in rules}
    kept = {rule.key: held for rule in true if (held := why_not(rule, origins[rule.key], event, keepers, found.muted))}
    acting, second = first_of_groups(rule for rule in true if rule.key not in kept)
    muted = {key: muted_because(reason).says for key, reason in found.muted.items()}
    held_back = kept | second | muted | unfit
    for rule in acting:
        actions = plan(rule, event, found.params)
        if spent := first(keepers.after(rule, origins[rule.key], event, actions)):
            held_back[rule.key] = spent
    tried = (
        _tried(rule, view, proofs[rule.key], origins[rule.key], held_back.get(rule.key))
        if rule.key not in unfit
        else _left_out(rule, origins[rule.key], held_back[rule.key])
        for rule in rules
    )
    return Tried(tuple(tried), found.problems)


def _left_out(rule: Rule, origin: str, why: str) -> TriedRule:
    """A rule that is for other events; nothing is asked of this one."""
    return TriedRule(rule.key, rule.document.get("title", ""), origin, "not_eligible", why, (), ())


def _tried(rule: Rule, view: View, proof: Proof, origin: str, held_back: str | None) -> TriedRule:
    """A rule that is for such events: every comparison was asked, whatever the others say."""
    document, acts = rule.document, proof.verdict == "true"
    missed = () if acts else nearest_miss(rule.condition, {seen.pointer: seen.verdict for seen in proof.conditions})
    outcome: Outcome = "not_eligible" if held_back else "acted" if acts else "not_acted"
    why = held_back or "; ".join(seen.sentence for seen in proof.conditions if seen.pointer in missed)
    actions = tuple(plan(rule, view.event, view.params)) if outcome == "acted" else ()
    return TriedRule(
        rule.key,
        document.get("title", ""),
        origin,
        outcome,
        why,
        proof.conditions,
        actions,
        document.get("once"),
        missed,
    )


def _unfit(rule: Rule, event: Mapping[str, Any], other_types: dict[tuple[str, ...], str]) -> str:
    """Why a rule is not for this event; empty where it is. `other_types` has what was said of others for the same types."""
    if not rule.fits(event.get("type")):
        named = () if rule.timing else rule.when
        if named not in other_types:
            about = say("its own moments") if rule.timing else say(" or ").join(rule.when)
            says = say("it is for {about}, and this event is {type}", about=about, type=event.get("type"))
            other_types[named] = says
        return other_types[named]
    if rule.timing and rule_of(event) != rule.key:
        return say("it is for its own moments, and this is one of {rule}", rule=rule_of(event))
    if not rule.in_force(event):
        return say("it is in force{bounds}, and this event is of {at}", bounds=_bounds(rule), at=event.get("at"))
    return ""


def _bounds(rule: Rule) -> str:
    since = say(" from {day}", day=rule.since.isoformat()) if rule.since else ""
    return since + (say(" until {day}", day=rule.until.isoformat()) if rule.until else "")
