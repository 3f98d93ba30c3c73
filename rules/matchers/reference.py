"""The matcher that defines the meaning: it asks every rule, one after the other, and can prove what each one saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rules.facts import View
from rules.matchers.proof import Proof, proof_of
from rules.rule import Rule


class ReferenceMatcher:
    """Short and plain on purpose: every other matcher is held against this one."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.order))
        self._fitting = lru_cache(maxsize=4096)(self._that_fit)

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        kind = event.get("type")
        if type(kind) is not str:
            return []
        view = View(event, params)
        return [rule.key for rule in self._fitting(kind) if rule.in_force(event) and rule.evaluate(view) is True]

    def prove(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[Proof]:
        """For every rule, also those that did not fit, what each of its conditions saw and said."""
        view = View(event, params)
        return [proof_of(rule, view) for rule in self.rules]

    def close(self) -> None:
        """Nothing is held."""

    def _that_fit(self, kind: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.fits(kind))
