"""Proofs: what each condition of a rule saw and said, without short cuts, as data and as sentences for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.conditions import Comparison, Resolved, leaves
from rules.facts import View
from rules.observations import aggregate_sentence
from rules.rule import Rule
from rules.sentences import plain, sentence

_VERDICTS = {True: "true", False: "false", None: "unknown"}


@dataclass(slots=True)  # to freeze each would take longer than all that it tells
class Seen:
    """One comparison: where it stands in the rule, what it asked, saw and wanted, and its verdict
    (true, false, unknown)."""

    pointer: str
    path: str
    operator: str
    seen: Any
    wanted: Any
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One rule against one event. `eligible` says whether its `when`, from and until fit; the rule acts where it is
    eligible and `verdict` is true."""

    rule: str
    eligible: bool
    verdict: str
    conditions: tuple[Seen, ...]

    @property
    def acts(self) -> bool:
        return self.eligible and self.verdict == "true"


def proof_of(rule: Rule, view: View) -> Proof:
    eligible = rule.fits(view.event.get("type")) and rule.in_force(view.event)
    seen = tuple(_look(leaf, view) for leaf in leaves(rule.condition))
    return Proof(rule.key, eligible, _VERDICTS[rule.evaluate(view)], seen)


def _look(leaf: Comparison, view: View) -> Seen:
    if isinstance(leaf, Resolved):
        return _look_back(leaf, view)
    name, operator = leaf.name, leaf.operator
    seen, wanted = leaf.look(view), leaf.wanted.resolve(view)
    verdict = leaf.verdict(seen, wanted)
    told = sentence(name, operator, seen, wanted, verdict)
    return Seen(leaf.pointer, name, operator.name, plain(seen), plain(wanted), _VERDICTS[verdict], told)


def _look_back(leaf: Resolved, view: View) -> Seen:
    """A comparison with an aggregate: what was observed, in words and numbers."""
    verdict = leaf.evaluate(view)
    if leaf.asked is None:
        return Seen(leaf.pointer, leaf.name, leaf.operator.name, None, None, _VERDICTS[verdict], "")
    told = aggregate_sentence(leaf.asked, view, verdict)
    wanted = leaf.asked.right.resolve(view)
    return Seen(
        leaf.pointer, told.name, leaf.asked.operator.name, told.seen, plain(wanted), _VERDICTS[verdict], told.text
    )
