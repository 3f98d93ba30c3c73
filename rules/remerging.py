"""What a change of the house does to every overlay: it takes the change over, keeps what is its own, or is in conflict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.said import said
from rules.changing import value_at
from rules.describing import called, shown
from rules.document.model import Document
from rules.document.problem import split
from rules.inheriting import Inherited, conflicts
from rules.matching import try_rules
from rules.parts import Part, Parts, is_house, parts_of, patch, same
from rules.wording import kept, say


@dataclass(frozen=True)
class Effect:
    """One overlay under the new house rules. `conflicts` and `keeps` are sentences; both empty: it takes all over."""

    key: str
    conflicts: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


@dataclass
class Remerge:
    """The step from one version of the house rules to another, asked of overlay after overlay."""

    old: Document
    new: Document
    _inherited: Inherited = field(init=False)
    _changes: Parts = field(init=False)
    _rules: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        rules, _problems = try_rules(self.new)
        self._inherited = Inherited(self.new.params, {rule.key: rule for rule in rules})
        self._changes = patch(self.old.data, self.new.data)
        before = {rule["key"]: rule for rule in self.old.rules}
        after = {rule["key"]: rule for rule in self.new.rules}
        self._rules = {key: (before[key], after[key]) for key in before.keys() & after.keys()}

    @kept()
    def of(self, overlay: Document) -> Effect:
        """What becomes of one overlay, which fits the old house."""
        found = [problem.message for problem in conflicts(self._inherited, overlay)]
        return Effect(overlay.set, (*found, *self._clashes(overlay)), tuple(self._keeps(overlay)))

    def _clashes(self, overlay: Document) -> Iterator[str]:
        """Places of a rule that the house changed, and the overlay too."""
        for key, changes in overlay.change.items():
            before, after = self._rules.get(key, ({}, {}))
            for pointer, mine in changes.items():
                if ("rules", key, split(pointer)[0]) not in self._changes:
                    continue
                was, now = value_at(before, pointer), value_at(after, pointer)
                if not same(was, now) and not same(now, mine):
                    place = pointer.strip("/").replace("/", " ")
                    yield said(
                        'rule "{key}" at {place}: the house changed it from {was} to {now}, and {set} has {mine} there',
                        key=key, place=place, was=shown(was), now=shown(now), set=overlay.set, mine=shown(mine),
                    )  # fmt: skip

    def _keeps(self, overlay: Document) -> Iterator[str]:
        """What the house changed, and the overlay has otherwise anyway."""
        touched: set[Part] = {part[:2] for part in self._changes}
        declared = parts_of(self.new.data)
        for name, value in overlay.params.items():
            if ("params", name) in touched and ("params", name) in declared:
                yield said("{place}: stays {value}", place=called(("params", name), say), value=shown(value))
        for key in overlay.mute:
            if ("rules", key) in touched:
                yield said("{place}: stays muted", place=called(("rules", key), say))


def is_overlay(document: Document) -> bool:
    """Whether a set stands over the house."""
    return not is_house(document.data)
