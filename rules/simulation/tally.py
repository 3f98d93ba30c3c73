"""What a comparison of two sides comes to, as data: by rule, by action, in money. Pure, and no larger for a longer history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rules.kinds import kind_of
from rules.planning import PlannedAction
from rules.simulation.sides import NAMES, Name

Kind = Literal["newly", "no_longer", "differently", "moved"]
KINDS: tuple[Kind, ...] = ("newly", "no_longer", "differently", "moved")
LISTED = 50  # events that are listed of a rule and a kind


@dataclass
class RuleTally:
    """One rule: on how many events it acts on either side, and how many come out otherwise. `falls` counts, by side, the
    events that passed none, one, two … of its conditions; `listed` has the first events of each kind."""

    acts: dict[Name, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    kinds: Counter[Kind] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)
    falls: dict[Name, list[int]] = field(default_factory=lambda: {name: [] for name in NAMES})
    listed: dict[Kind, list[dict[str, Any]]] = field(default_factory=dict)

    def fell(self, name: Name, counts: Sequence[int]) -> None:
        """So many more events passed none, one, two … of the conditions."""
        mine = self.falls[name]
        mine.extend([0] * (len(counts) - len(mine)))
        for place, count in enumerate(counts):
            mine[place] += count


@dataclass
class ActionTally:
    """One action: how often it is asked for more, and less. `money` has by currency the minor units of more and of less;
    `unknown` counts those that move money and name no amount."""

    more: int = 0
    fewer: int = 0
    money: dict[str, list[int]] = field(default_factory=dict)
    unknown: int = 0


@dataclass
class Tally:
    """All of it. `changed` counts the events and moments that come out otherwise, `late` those of which the log says
    something else by now than when they were decided, because an event committed late."""

    movers: frozenset[str] = frozenset()  # actions that move money
    events: int = 0
    moments: int = 0
    changed: int = 0
    late: int = 0
    customers: set[str] = field(default_factory=set)
    rules: dict[str, RuleTally] = field(default_factory=dict)
    actions: dict[str, ActionTally] = field(default_factory=dict)

    def rule(self, key: str) -> RuleTally:
        return self.rules.setdefault(key, RuleTally())

    def note(self, key: str, kind: Kind, event: Mapping[str, Any], **more: Any) -> None:
        """One event comes out otherwise by one rule."""
        mine = self.rule(key)
        mine.kinds[kind] += 1
        customer = str(event.get("customer") or "")
        if customer:
            mine.customers.add(customer)
            self.customers.add(customer)
        listed = mine.listed.setdefault(kind, [])
        if len(listed) < LISTED:
            names = ("id", "type", "subject", "at", "customer")
            listed.append({name: event[name] for name in names if event.get(name)} | more)

    def plan(self, fewer: Iterable[PlannedAction], more: Iterable[PlannedAction]) -> None:
        """Actions that are asked for no longer, and newly; what is asked for on both sides is neither."""
        before, after = list(fewer), list(more)
        for action in [one for one in before if one in after]:
            before.remove(action)
            after.remove(action)
        for place, actions in enumerate((after, before)):
            for action in actions:
                self._count(action, place)

    def _count(self, action: PlannedAction, place: int) -> None:
        mine = self.actions.setdefault(action.do, ActionTally())
        mine.more, mine.fewer = mine.more + (place == 0), mine.fewer + (place == 1)
        amounts = [value for value in action.arguments.values() if kind_of(value) == "money"]
        for amount in amounts:
            mine.money.setdefault(amount["currency"], [0, 0])[place] += int(amount["minor"])
        mine.unknown += not amounts and action.do in self.movers

    def as_data(self) -> dict[str, Any]:
        """JSON data, in the order of the keys, so that the same comparison gives the same text."""
        return {
            "events": self.events,
            "moments": self.moments,
            "changed": self.changed,
            "late": self.late,
            "customers": len(self.customers),
            "rules": [self._rule(key) for key in sorted(self.rules)],
            "actions": [self._action(name) for name in sorted(self.actions)],
        }

    def _rule(self, key: str) -> dict[str, Any]:
        mine = self.rules[key]
        return {
            "rule": key,
            **{name: mine.acts[name] for name in NAMES},
            **{kind: mine.kinds[kind] for kind in KINDS},
            "customers": len(mine.customers),
            "waterfall": {name: mine.falls[name] for name in NAMES},
            "listed": {kind: mine.listed.get(kind, []) for kind in KINDS},
        }

    def _action(self, name: str) -> dict[str, Any]:
        mine = self.actions[name]
        money = [
            {"currency": currency, "more": more, "fewer": fewer}
            for currency, (more, fewer) in sorted(mine.money.items())
        ]
        return {"action": name, "more": mine.more, "fewer": mine.fewer, "money": money, "unknown": mine.unknown}
