"""The worlds in which a rule is asked: for each kind of event that it is for, what such an event can carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.catalog import Fact, MachineSpec
from rules.aggregates import build
from rules.checks.scope import Scope
from rules.checks.valuing import Params
from rules.facts import FactPath
from rules.patterns import fits, is_pattern
from rules.rule import Rule
from rules.solver.solve import World
from rules.sources import Source
from rules.timing import MOMENT_DUE, Timing
from rules.values import AggregateValue

MAX_WORLDS = 200  # kinds of events that one pattern may fit


class Worlds:
    """The worlds of rules, made once for each kind of event. `params` are the declared parameters."""

    def __init__(self, catalog: Any, params: Params) -> None:
        self.catalog, self.params = catalog, params
        self._known: dict[Any, tuple[World, Scope]] = {}

    def of(self, rule: Rule) -> list[World]:
        return [world for world, _scope in self._of(rule)]

    def of_row(self, rule: Rule, source: Source) -> list[World]:
        """The same, within a row: `item` is the row."""
        return [replace(world, fact=_narrowed(scope.in_row(source), world.fact)) for world, scope in self._of(rule)]

    def types(self, rule: Rule) -> list[str]:
        """The event types for which a rule is asked. Of a pattern that fits others too, one made up stands for these."""
        return list(self._patterns(rule))

    def _patterns(self, rule: Rule) -> dict[str, str]:
        """The same, each with the pattern by which it was made up."""
        if rule.timing is not None:
            return {MOMENT_DUE: ""}
        found: dict[str, str] = {}
        for when in rule.when:
            known = (
                [kind.name for kind in self.catalog.event_types if fits(when, kind.name)]
                if is_pattern(when)
                else [when]
            )
            found |= dict.fromkeys(known[:MAX_WORLDS], "")
            if is_pattern(when) and (not known or when.split(".")[0] not in self.catalog.machines):
                found[when.replace("*", "made")] = when
        return found

    def _of(self, rule: Rule) -> Iterator[tuple[World, Scope]]:
        for kind, pattern in self._patterns(rule).items():
            key = (kind, pattern, repr(rule.timing))  # offsets may be lists
            if key not in self._known:
                self._known[key] = self._made(rule, kind, pattern)
            yield self._known[key]

    def _made(self, rule: Rule, kind: str, pattern: str) -> tuple[World, Scope]:
        scope = Scope(replace(rule, when=() if rule.timing else (kind,)), self.catalog)
        noun = rule.timing.noun if rule.timing else next(iter(scope.nouns), kind.partition(".")[0])
        states = self._states(noun, kind, rule.timing)

        def fact(path: FactPath) -> Fact | None:
            found = scope.find(path)
            known = states.get(path.text) if found is not None else None
            return replace(found, choices=known) if found is not None and known else found

        def rows(value: AggregateValue) -> Fact | None:
            aggregate = build(value)
            return scope.in_row(aggregate.source).find(aggregate.take) if aggregate.take else None

        return World(kind, f"{noun or 'house'}:0", fact, self.params, rows, pattern), scope

    def _states(self, noun: str, kind: str, timing: Timing | None) -> Mapping[str, tuple[str, ...]]:
        """What the states in an event can be: those to which the transitions lead that emit it."""
        spec: MachineSpec | None = self.catalog.machines.find(noun)
        if spec is None:
            return {}
        if timing is not None:
            stood = (timing.state,) if timing.state else tuple(sorted(timing.states))
            return {f"{noun}.state": stood} if stood else {}
        emitting = [one for one in spec.transitions.values() if one.event == kind]
        declared = self.catalog.event_types.find(kind)
        if not emitting or declared is None or declared.posted:
            return {}
        targets = tuple(dict.fromkeys(one.target for one in emitting))
        sources = tuple(dict.fromkeys(source for one in emitting for source in one.sources))
        names = tuple(dict.fromkeys(one.name for one in emitting))
        return {
            f"{noun}.state": targets,
            "transition.to": targets,
            "transition.from": sources,
            "transition.name": names,
        }


def _narrowed(row: Scope, around: Callable[[FactPath], Fact | None]) -> Callable[[FactPath], Fact | None]:
    return lambda path: row.find(path) if path.parts[0] == "item" else around(path)
