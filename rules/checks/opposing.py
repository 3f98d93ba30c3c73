"""Checks what rules do to one object against each other. Which transitions are opposed follows from the machines: of two
that leave one state for different ones neither can come after the other, or each takes back what the other did. Which
actions are opposed they declare themselves, by naming each other as the inverse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.catalog import Transition
from core.said import said
from rules.checks.covered import Told
from rules.checks.deeds import Deed, ask, compared, deeds
from rules.checks.pairs import Pairs
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.document.problem import join
from rules.facts import FactPath
from rules.rule import Rule
from rules.solver.search import Goal
from rules.solver.solve import World
from rules.solver.verdicts import TRUE


def opposing(own: Iterable[Rule], others: Iterable[Rule], worlds: Worlds) -> Iterator[Told]:
    """Two steps, of one rule or of two, that ask for opposed things of the same object on the same event."""
    pairs: Pairs[Deed] = Pairs(worlds)
    for rules, mine in ((own, True), (others, False)):
        for rule in rules:
            for deed in deeds(rule):
                if (about := _about(deed, worlds.catalog)) is not None:
                    pairs.add(rule, deed, about, mine=mine)
    for one, other in pairs:
        second, first = (one, other) if one.mine and not other.mine else (other, one)
        found = _opposed(first.item, second.item, worlds)
        if found is not None:
            yield second.rule, found
    yield from pairs.left_out()


def _about(deed: Deed, catalog: Any) -> tuple[str, str] | None:
    """What a deed changes: of which machine, and which object of those that the event knows."""
    noun, _, _name = deed.step.do.rpartition(".")
    if not _inverse_of(deed.step.do, catalog) and not opposed_transitions(deed.step.do, catalog):
        return None
    target = deed.step.target or "subject"
    if target in _nouns(deed, catalog):
        target = "subject"
    where = f"{deed.each.text}/" if deed.each is not None and target == "item" else ""
    return (noun if noun in catalog.machines else "", where + target)


def _nouns(deed: Deed, catalog: Any) -> set[str]:
    """The noun of the subject of the rule's events, where that is one."""
    timing = deed.rule.timing
    found = {when.partition(".")[0] for when in deed.rule.when} if timing is None else {timing.noun}
    return found if len(found) == 1 and found <= set(catalog.machines.names()) else set()


def _opposed(one: Deed, other: Deed, worlds: Worlds) -> Finding | None:
    if _apart(one, other):
        return None
    states = opposed_transitions(one.step.do, worlds.catalog).get(other.step.do)
    if states is None and not _inverse(one, other, worlds.catalog):
        return None
    kinds = {world.type for world in one.worlds(worlds)}
    for world in other.worlds(worlds):
        if world.type in kinds:
            goals = [*one.goals, *other.goals, *_stands(one, world, states or ())]
            answer = ask(goals, [world])
            if answer.said == "yes":
                return _finding(one, other, answer.witness)
    return None


def _finding(one: Deed, other: Deed, witness: Any) -> Finding:
    where = (
        said("another step of this rule")
        if one.rule.key == other.rule.key
        else said('the rule "{key}"', key=one.rule.key)
    )
    says = said(
        "on the same event {where} asks for {do} of the same object, and this step for {other}",
        where=where,
        do=one.step.do,
        other=other.step.do,
    )
    advice = said(
        "what comes of it hangs on which is done first; let their conditions part, or put the rules into one group"
    )
    return Finding(
        "warning",
        join(other.pointer, "do"),
        said("{says}; {advice}", says=says, advice=advice),
        "contradiction",
        witness,
    )


def _apart(one: Deed, other: Deed) -> bool:
    """Whether they are known not to meet: of one group, one after the other, or at another time."""
    if one.rule.key == other.rule.key:
        if one.step.id in other.needs or other.step.id in one.needs:
            return True
    elif one.rule.group is not None and one.rule.group == other.rule.group:
        return True
    return any(key in deed.step.document for deed in (one, other) for key in ("after", "unless", "hours"))


def _stands(deed: Deed, world: World, states: tuple[str, ...]) -> list[Goal]:
    """That the object is in a state in which they are opposed, where the event tells its state."""
    target = deed.step.target or "subject"
    name = world.subject.partition(":")[0] if target == "subject" else target
    fact = world.fact(FactPath.parse(f"{name}.state"))
    if not states or fact is None or not fact.choices:
        return []
    return [(compared(f"{name}.state", "in", list(states)), TRUE)]


def opposed_transitions(action: str, catalog: Any) -> dict[str, tuple[str, ...]]:
    """The transitions that are opposed to this one, each with the states in which they are."""
    noun, _, name = action.rpartition(".")
    machine = catalog.machines.find(noun)
    if machine is None or name not in machine.transitions:
        return {}
    own = machine.transitions[name]
    found = {f"{noun}.{other.name}": _states(own, other) for other in machine.transitions.values()}
    return {name: states for name, states in found.items() if states}


def _states(one: Transition, other: Transition) -> tuple[str, ...]:
    if one.name == other.name or one.target == other.target:
        return ()
    after, before = one.target in other.sources, other.target in one.sources
    if after and before:
        return tuple(dict.fromkeys((*one.sources, *other.sources)))
    return () if after or before else tuple(state for state in one.sources if state in other.sources)


def _inverse_of(action: str, catalog: Any) -> str:
    """The declared inverse of an action; empty where it has none."""
    spec = catalog.actions.find(action)
    return (spec.inverse or "") if spec is not None else ""


def _inverse(one: Deed, other: Deed, catalog: Any) -> bool:
    """Whether one takes back the other, as far as their arguments say: those that both have are written alike."""
    if other.step.do != _inverse_of(one.step.do, catalog) and one.step.do != _inverse_of(other.step.do, catalog):
        return False
    mine, its = one.step.document.get("with", {}), other.step.document.get("with", {})
    return all(mine[name] == its[name] for name in mine.keys() & its.keys())
