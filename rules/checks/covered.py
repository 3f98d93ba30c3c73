"""Checks rules against each other: one that an earlier one of its group always runs before, and two that do the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from core.said import said
from rules.checks.deeds import ask, goals_of
from rules.checks.pairs import Pairs
from rules.checks.scope import Finding
from rules.checks.worlds import Worlds
from rules.patterns import fits, is_pattern
from rules.rule import Rule
from rules.solver.solve import Answer
from rules.solver.verdicts import NOT_TRUE

Told = tuple[Rule | None, Finding]  # a finding about a rule, or about the whole set


def covered(own: Iterable[Rule], others: Iterable[Rule], worlds: Worlds) -> Iterator[Told]:
    """Rules that never act, because an earlier one of their group is true of every event of which they are. `own` are of
    the set that is checked, `others` those over which it stands."""
    found: set[str] = set()
    pairs: Pairs[Rule] = Pairs(worlds)
    for rules, mine in ((own, True), (others, False)):
        for rule in rules:
            if rule.group is not None:
                pairs.add(rule, rule, ("group", rule.group), mine=mine)
    for one, other in pairs:
        first, second = sorted((one.rule, other.rule), key=lambda rule: rule.order)
        if second.key in found or not (other if second is other.rule else one).mine or not _among(second, first):
            continue
        if covers(first, second, worlds):
            found.add(second.key)
            says = said(
                '"{key}" of the same group is always true where this rule is, and runs before it', key=first.key
            )
            advice = said("this rule acts only where that one is muted; give it a lower priority, or take it out")
            witness = together(first, second, worlds).witness
            yield (
                second,
                Finding("warning", "/group", said("{says}; {advice}", says=says, advice=advice), "covered", witness),
            )
    yield from pairs.left_out()


def repeated(own: Iterable[Rule], others: Iterable[Rule], worlds: Worlds) -> Iterator[Told]:
    """Rules that do exactly what another does, on an event of which both are true."""
    pairs: Pairs[Rule] = Pairs(worlds)
    for rules, mine in ((own, True), (others, False)):
        for rule in rules:
            if rule.steps:
                pairs.add(rule, rule, json.dumps(rule.document["then"], sort_keys=True), mine=mine)
    for one, other in pairs:
        first, second = sorted((one.rule, other.rule), key=lambda rule: rule.order)
        if first.group is not None and first.group == second.group:
            continue
        latest = (other if second is other.rule else one).mine
        told, another = (second, first) if latest else (first, second)
        if _among(told, another) and covers(another, told, worlds):
            says = said('"{key}" is always true where this rule is, and does the same', key=another.key)
            witness = together(first, second, worlds).witness
            yield (
                told,
                Finding("warning", "/then", said("{says}; take one of them out", says=says), "same-twice", witness),
            )
        elif (both := together(first, second, worlds)).said == "yes":
            says = said('of some events "{key}" is true too, and does the same a second time', key=another.key)
            advice = said("put both into one group, or let their conditions part")
            yield (
                told,
                Finding(
                    "warning", "/then", said("{says}; {advice}", says=says, advice=advice), "same-twice", both.witness
                ),
            )
    yield from pairs.left_out()


def covers(other: Rule, rule: Rule, worlds: Worlds) -> bool:
    """Whether `other` is certainly true of every event of which `rule` is."""
    if other.condition is None and other.since is None and other.until is None:
        return True
    wanted = goals_of(other)
    return all(ask([*goals_of(rule), (goal, NOT_TRUE)], worlds.of(rule)).said == "no" for goal, _true in wanted)


def together(one: Rule, other: Rule, worlds: Worlds) -> Answer:
    """Whether some event makes both true."""
    known = {world.type for world in worlds.of(other)}
    shared = [world for world in worlds.of(one) if world.type in known]
    return ask([*goals_of(one), *goals_of(other)], shared)


def _among(rule: Rule, wider: Rule) -> bool:
    return all(_fits(when, wider.when) for when in rule.when)


def _fits(when: str, wider: tuple[str, ...]) -> bool:
    return any(when == one or (not is_pattern(when) and fits(one, when)) for one in wider)
