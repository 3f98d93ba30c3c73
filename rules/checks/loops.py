"""Checks for circles: a rule asks for an action, that emits an event, and of that a rule is true that leads back. Such a
chain is stopped after sixteen laps while it runs; here it is found before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.catalog import Transition
from core.said import said
from rules.checks.covered import Told
from rules.checks.deeds import Deed, ask, compared, deeds
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.facts import FactPath
from rules.rule import Rule
from rules.solver.search import Goal
from rules.solver.verdicts import TRUE

MAX_LAPS = 16
MAX_STEPS = 50_000  # links that are looked at in one set

Link = tuple[Deed, str]  # a deed, and the event that it emits


def loops(own: Iterable[Rule], others: Iterable[Rule], worlds: Worlds) -> Iterator[Told]:
    """Circles of which one rule is of the set that is checked, each told once, with the whole of it in words."""
    mine = {rule.key for rule in own}
    graph = _Graph(worlds, [deed for rules in (own, others) for rule in rules for deed in deeds(rule)])
    told: set[frozenset[str]] = set()
    for start in graph.circling():
        if start.rule.key not in mine:
            continue
        found = graph.circle(start)
        keys = frozenset(deed.rule.key for deed, _event in found)
        if not found or any(keys >= known for known in told):
            continue
        told.add(keys)
        chain = "".join(
            said("{key} does {do}, which is {event}; ", key=deed.rule.key, do=deed.step.do, event=event)
            for deed, event in found
        )
        says = said(
            "this goes round in a circle until it is stopped after {laps} laps: {chain}{key} again",
            laps=MAX_LAPS,
            chain=chain,
            key=start.rule.key,
        )
        advice = said("let a condition end it, or add once to one of these rules")
        yield start.rule, Finding("warning", start.pointer, said("{says}; {advice}", says=says, advice=advice), "loop")


@dataclass
class _Graph:
    worlds: Worlds
    deeds: list[Deed]
    by_type: dict[str, list[Deed]] = field(default_factory=dict)
    known: dict[tuple[int, str, str], bool] = field(default_factory=dict)
    steps: int = 0

    def circling(self) -> list[Deed]:
        """The deeds that lie on a circle of event types: only these can go round."""
        links: dict[str, set[str]] = {}
        for deed in self.deeds:
            if _ends(deed.rule):
                continue
            emitted = emits(deed.step.do, self.worlds.catalog)
            for kind in self.worlds.types(deed.rule) if emitted else ():
                links.setdefault(kind, set()).update(emitted)
        round_ = {kind for kind in links if _leads(links, kind)}
        found = []
        for deed in self.deeds:
            types = round_.intersection(self.worlds.types(deed.rule))
            if types and not _ends(deed.rule) and round_.intersection(emits(deed.step.do, self.worlds.catalog)):
                found.append(deed)
                for kind in types:
                    self.by_type.setdefault(kind, []).append(deed)
        return found

    def circle(self, start: Deed) -> list[Link]:
        """The shortest way from a deed back to itself; none where there is none."""
        before: dict[int, tuple[Deed, str] | None] = {}
        waiting: deque[tuple[Deed, int]] = deque([(start, 0)])
        while waiting:
            deed, laps = waiting.popleft()
            for event in emits(deed.step.do, self.worlds.catalog) if laps < MAX_LAPS else ():
                for following in self.by_type.get(event, ()):
                    self.steps += 1
                    if self.steps > MAX_STEPS:
                        return []
                    if id(following) in before or not self._follows(deed, event, following):
                        continue
                    before[id(following)] = (deed, event)
                    if following is start:
                        return _back(start, before)
                    waiting.append((following, laps + 1))
        return []

    def _follows(self, deed: Deed, event: str, following: Deed) -> bool:
        """Whether the second acts on the event that the first emits, for all that is certain."""
        done = transition(deed.step.do, self.worlds.catalog)
        key = (id(following), event, deed.step.do if done else "")
        if key not in self.known:
            self.known[key] = self._may_follow(done, event, following)
        return self.known[key]

    def _may_follow(self, done: tuple[str, Transition] | None, event: str, following: Deed) -> bool:
        goals: list[Goal] = [*following.goals]
        worlds = [world for world in following.worlds(self.worlds) if world.type == event]
        if done is not None:
            noun, change = done
            then = transition(following.step.do, self.worlds.catalog)
            same = then is not None and then[0] == noun and following.step.target in (None, noun)
            if then and same and "after" not in following.step.document and change.target not in then[1].sources:
                return False
            if worlds and worlds[0].fact(FactPath.parse(f"{noun}.state")) is not None:
                goals.append((compared(f"{noun}.state", "eq", change.target), TRUE))
        return ask(goals, worlds).said != "no"


def emits(action: str, catalog: Any) -> tuple[str, ...]:
    """The events that an action emits, as far as it declares them; a transition emits its own."""
    found = transition(action, catalog)
    if found is not None:
        return (found[1].event,)
    spec = catalog.actions.find(action)
    return spec.emits if spec is not None else ()


def transition(action: str, catalog: Any) -> tuple[str, Transition] | None:
    """The noun and the transition that an action is; None where it is none."""
    noun, _, name = action.rpartition(".")
    machine = catalog.machines.find(noun)
    found = machine.transitions.get(name) if machine is not None else None
    return (noun, found) if found is not None else None


def _ends(rule: Rule) -> bool:
    """Whether the rule lets no circle go on: it acts once, or once in a while."""
    once = rule.document.get("once")
    return rule.timing is not None or (once is not None and "again_after" not in once)


def _leads(links: dict[str, set[str]], start: str) -> bool:
    """Whether an event type leads back to itself."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for kind in links.get(waiting.pop(), ()):
            if kind == start:
                return True
            if kind not in seen:
                seen.add(kind)
                waiting.append(kind)
    return False


def _back(start: Deed, before: dict[int, tuple[Deed, str] | None]) -> list[Link]:
    chain: list[Link] = []
    at = start
    while not chain or at is not start:
        link = before[id(at)]
        assert link is not None
        chain.append(link)
        at = link[0]
    return chain[::-1]
