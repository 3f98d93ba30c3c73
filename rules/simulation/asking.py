"""Many events of one customer, or of all that have the same rules, asked of both sides at once: by columns where these can
tell, else by generated code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from rules.conditions import All
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.streamed import Answer, Path, StreamedMatcher
from rules.observing import History, resolved
from rules.reach import uses
from rules.rule import Rule
from rules.simulation.batches import Events
from rules.simulation.sides import NAMES, Name, Sides, waterfall

Truths = dict[Name, dict[int, list[str]]]  # side -> place of the event -> keys of the rules that are true of it
Falls = dict[tuple[Name, str], list[int]]  # side and rule -> how many events passed so many of its conditions


class Asking:
    """Both sides of a comparison, made ready to be asked of any number of batches."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        params = {name for name in sides.live.params if sides.live.params[name] != sides.draft.params.get(name)}
        params |= sides.draft.params.keys() - sides.live.params.keys()
        self._passes: dict[Name, list[Rule]] = {"live": [], "draft": []}
        self._asked: dict[tuple[Name, str], list[tuple[Name, str]]] = {}
        self._counted: set[str] = set()
        known: list[tuple[Rule, str]] = []
        for name in NAMES:
            for rule in sides.side(name).on_events:
                if rule.sources:
                    continue
                steps: list[tuple[Name, str]] = []
                for step in _prefixes(rule):
                    given = bool(params) and uses(rule.document, params)
                    same = next((key for one, key in known if _same(one, step)), None) if not given else None
                    if same is None:
                        same = str(len(self._passes["live"]) + len(self._passes["draft"]))
                        made = replace(step, key=same)
                        self._passes[name if given else "live"].append(made)
                        if not given:
                            known.append((made, same))
                    steps.append((name if given else "live", same))
                self._counted |= {key for _name, key in steps[:-1]}
                self._asked[name, rule.key] = steps
        self._counted -= {steps[-1][1] for steps in self._asked.values()}

    @property
    def paths(self) -> list[Path]:
        """What is asked of an event by columns."""
        return sorted({path for matcher in self._streamed.values() for path in matcher.paths})

    @cached_property
    def _streamed(self) -> dict[Name, StreamedMatcher]:
        return {
            name: StreamedMatcher(rules, self.sides.side(name).params, self._counted)
            for name, rules in self._passes.items()
            if rules
        }

    @cached_property
    def _compiled(self) -> dict[Name, CompiledMatcher]:
        return {name: CompiledMatcher(rules) for name, rules in self._passes.items() if rules}

    @cached_property
    def _looking(self) -> dict[Name, CompiledMatcher]:
        sides = {name: self.sides.side(name).observing for name in NAMES}
        return {name: CompiledMatcher(rules) for name, rules in sides.items() if rules}

    def ask(self, batch: Events, history: Mapping[int, History]) -> tuple[Truths, Falls]:
        """Which rules are true of each event, in running order; and how far events came in each rule. `history` has what
        is known of the past at the places of the events whose rules look at it."""
        found = {name: self._found(name, batch) for name in self._passes if self._passes[name]}
        truths: Truths = {name: {} for name in NAMES}
        falls: Falls = {}
        for (name, key), steps in self._asked.items():
            falls[name, key] = [found[of].number(step) for of, step in steps]
            of, full = steps[-1]
            for place in found[of].places.get(full, ()):
                truths[name].setdefault(place, []).append(key)
        for name, matcher in self._looking.items():
            side = self.sides.side(name)
            for place, past in history.items():
                event = resolved(batch.document(place), side.observing, side.params, past)
                if keys := matcher.match(event, side.params):
                    truths[name].setdefault(place, []).extend(keys)
        for name in NAMES:
            order = {rule.key: number for number, rule in enumerate(self.sides.side(name).rules)}
            for keys in truths[name].values():
                keys.sort(key=order.__getitem__)
        return truths, falls

    def _found(self, name: Name, batch: Events) -> Answer:
        if not (few := batch.few):
            return batch.ask(self._streamed[name])
        found, params = Answer(), self.sides.side(name).params
        for place in few:
            for key in self._compiled[name].match(batch.document(place), params):
                if key in self._counted:
                    found.counts[key] = found.counts.get(key, 0) + 1
                else:
                    found.places.setdefault(key, []).append(place)
        return found


def _prefixes(rule: Rule) -> list[Rule]:
    """The rule with none of its conditions, with the first, with the first two, and so on up to itself."""
    items = waterfall(rule)
    shorter = [replace(rule, condition=All(items[:number]) if number else None) for number in range(len(items))]
    return [*shorter, rule]


def _same(one: Rule, other: Rule) -> bool:
    return (one.when, one.condition, one.since, one.until) == (other.when, other.condition, other.since, other.until)
