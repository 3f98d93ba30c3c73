"""The matcher that defines the meaning: it asks every rule, one after the other, and can prove what each one saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rules.facts import View
from rules.matchers.proof import Proof, proof_of
from rules.rule import Rule


class ReferenceMatcher:
    """Short and plain on purpose: every other matcher is held against this one."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.order))

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        view = View(event, params)
        fitting = (rule for rule in self.rules if rule.fits(event.get("type")) and rule.in_force(event))
        return [rule.key for rule in fitting if rule.evaluate(view) is True]

    def prove(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[Proof]:
        """For every rule, also those that did not fit, what each of its conditions saw and said."""
        view = View(event, params)
        return [proof_of(rule, view) for rule in self.rules]

    def close(self) -> None:
        """Nothing is held."""
