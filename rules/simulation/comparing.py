"""Two sides held against each other, event by event: what acts newly, no longer, differently, at another time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rules.groups import first_of_groups
from rules.observing import History, resolved
from rules.planning import PlannedAction, plan
from rules.rule import Rule
from rules.simulation.asking import Asking, Falls
from rules.simulation.batches import Events
from rules.simulation.sides import NAMES, Name, Side, Sides
from rules.simulation.tally import Tally
from rules.simulation.uses import Happened, Uses

Acting = dict[
    str, tuple[PlannedAction, ...] | None
]  # rules that act; None where what they ask for is known to be the same

LOADED = 1000  # documents that are read from the log in one go


@dataclass(frozen=True)
class Timed:
    """One moment: of which rule, by the parameters of which side, and what was known of its object then."""

    rule: Rule
    side: Side
    event: Mapping[str, Any]
    position: int  # of the log by then; 0 where the rule does not look at it

    @property
    def stands_for(self) -> tuple[str, str, str, int]:
        """The same whatever the offset, so that it may have moved."""
        moment = self.event["facts"]["moment"]
        return self.rule.key, str(self.event["subject"]), str(moment["base"]), int(moment["number"])

    @property
    def key(self) -> str:
        return self.rule.key


@dataclass
class Comparison:
    """Goes through history in its order and adds up what comes out otherwise."""

    tally: Tally
    happened: Happened
    uses: dict[Name, Uses] = field(default_factory=lambda: {name: Uses() for name in NAMES})

    def events(self, asking: Asking, batch: Events, history: Mapping[int, History]) -> None:
        """A batch of events of those who share both sides."""
        truths, falls = asking.ask(batch, history)
        self._fell(falls)
        sides = asking.sides
        alike: Counter[tuple[str, ...]] = Counter()
        others: list[tuple[int, dict[Name, list[str]]]] = []
        for place in sorted({*truths["live"], *truths["draft"]}):
            keys = {name: truths[name].get(place, []) for name in NAMES}
            if keys["live"] == keys["draft"] and sides.plain.issuperset(keys["live"]):
                alike[tuple(keys["live"])] += 1
            else:
                others.append((place, keys))
        for same, count in alike.items():
            for key in same:
                for name in NAMES:
                    self.tally.rule(key).acts[name] += count
        for start in range(0, len(others), LOADED):
            some = others[start : start + LOADED]
            batch.load([place for place, _keys in some])
            for place, keys in some:
                self._one(sides, keys, batch, place, history.get(place))

    def moments(self, found: Mapping[Name, list[tuple[Timed, bool]]]) -> None:
        """The moments of one object on both sides, with whether their rules are true of them."""
        acting: dict[Name, dict[tuple[str, str, str, int], tuple[Timed, tuple[PlannedAction, ...]]]] = {}
        for name in NAMES:
            acting[name] = {}
            for one, true in sorted(found[name], key=lambda each: str(each[0].event["at"])):
                self.tally.rule(one.key).fell(name, [1, int(true)])
                actions = tuple(plan(one.rule, one.event, one.side.params)) if true else ()
                if true and (not actions or self.uses[name].use_up(one.rule, one.event, one.position, self.happened)):
                    acting[name][one.stands_for] = one, actions
                    self.tally.rule(one.key).acts[name] += 1
        for place in sorted({*acting["live"], *acting["draft"]}, key=str):
            self._moment(acting["live"].get(place), acting["draft"].get(place))

    def _moment(
        self,
        live: tuple[Timed, tuple[PlannedAction, ...]] | None,
        draft: tuple[Timed, tuple[PlannedAction, ...]] | None,
    ) -> None:
        shown = draft or live
        if shown is None:
            return
        one, _actions = shown
        before, after = live[1] if live else (), draft[1] if draft else ()
        if live is None or draft is None:
            self.tally.note(one.key, "newly" if live is None else "no_longer", one.event)
        elif live[0].event["at"] != draft[0].event["at"]:
            self.tally.note(one.key, "moved", one.event, was=live[0].event["at"])
        elif before != after:
            self.tally.note(one.key, "differently", one.event)
        else:
            return
        self.tally.changed += 1
        self.tally.plan(before, after)

    def _fell(self, falls: Falls) -> None:
        for (name, key), counts in falls.items():
            self.tally.rule(key).fell(name, counts)

    def _one(
        self, sides: Sides, keys: Mapping[Name, list[str]], batch: Events, place: int, history: History | None
    ) -> None:
        document, position = batch.document(place), batch.position(place)
        live = self._acting(sides, "live", keys["live"], document, position, history)
        draft = self._acting(sides, "draft", keys["draft"], document, position, history)
        changed = False
        for key in sorted({*live, *draft}):
            before, after = live.get(key), draft.get(key)
            if key in live and key in draft:
                if key in sides.same_plans or before == after:
                    continue
                self.tally.note(key, "differently", document)
            else:
                self.tally.note(key, "newly" if key in draft else "no_longer", document)
            changed = True
            self.tally.plan(before or (), after or ())
        self.tally.changed += changed

    def _acting(
        self,
        sides: Sides,
        name: Name,
        keys: list[str],
        document: Mapping[str, Any],
        position: int,
        history: History | None,
    ) -> Acting:
        side = sides.side(name)
        acting: Acting = {}
        event = _seen(side, document, history)
        for rule in first_of_groups(side.by_key[key] for key in keys)[0]:
            actions = tuple(plan(rule, event, side.params))
            if actions and not self.uses[name].use_up(rule, document, position, self.happened):
                continue
            acting[rule.key] = tuple(replace(one, once=None) for one in actions)
            self.tally.rule(rule.key).acts[name] += 1
        return acting


def _seen(side: Side, document: Mapping[str, Any], history: History | None) -> Mapping[str, Any]:
    return resolved(document, side.observing, side.params, history) if history is not None else document
