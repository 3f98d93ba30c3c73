"""What may keep a rule from acting on an event, and the one order in which that is told: of several causes the first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from rules.planning import PlannedAction
from rules.rule import Rule
from rules.wording import say

ORDER: Mapping[str, str] = {
    "event": "the event is of another type, or it is the moment of another rule",
    "dates": "the time of the event is not within the rule's `from` and `until`",
    "fit": "it is of a customer's or a segment's set and does not fit the house any more",
    "mute": "the set of the customer or of the segment mutes it",
    "conditions": "its conditions are not true: it **did not act**; what follows is asked of rules that are true",
    "switch": "it, or its set, was switched off",
    "breaker": "it stopped itself at its `limit`, and nobody switched it on since",
    "exemption": "the customer or the object is exempted from it, or from its group",
    "group": "a rule of its `group` that is true comes before it, and nothing of the above keeps that one",
    "limit": "with what this event asks for it would go beyond its `limit`, and stops itself",
    "once": "its `once` is used up",
}
_RANKS = {name: rank for rank, name in enumerate(ORDER)}


class Cause(NamedTuple):
    """One thing that keeps a rule from acting: its name in ORDER, and a sentence."""

    name: str
    says: str


class Keepers(Protocol):
    """Whoever knows what else than the rules themselves keeps them from acting now."""

    def before(self, rule: Rule, rule_set: str, event: Mapping[str, Any]) -> Iterable[Cause]:
        """Of a rule that is true of the event: what is asked before its group."""

    def after(
        self, rule: Rule, rule_set: str, event: Mapping[str, Any], actions: list[PlannedAction]
    ) -> Iterable[Cause]:
        """Of a rule that would act: what is used up."""


class Nobody:
    """Only the rules themselves are asked."""

    def before(self, rule: Rule, rule_set: str, event: Mapping[str, Any]) -> Iterable[Cause]:
        return ()

    def after(
        self, rule: Rule, rule_set: str, event: Mapping[str, Any], actions: list[PlannedAction]
    ) -> Iterable[Cause]:
        return ()


def first(causes: Iterable[Cause]) -> str | None:
    """The sentence of the first in ORDER; None where there is none."""
    found = min(causes, key=lambda cause: _RANKS[cause.name], default=None)
    return found.says if found else None


def why_not(
    rule: Rule, rule_set: str, event: Mapping[str, Any], keepers: Keepers, muted: Mapping[str, str]
) -> str | None:
    """Why a rule that is true of the event may not act, its group not asked. `muted` has the muted rules with the reason."""
    mute = [muted_because(muted[rule.key])] if rule.key in muted else []
    return first([*keepers.before(rule, rule_set, event), *mute])


def muted_because(reason: str) -> Cause:
    return Cause("mute", say("muted for this customer: {reason}", reason=reason))
