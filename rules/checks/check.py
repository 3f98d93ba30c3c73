"""Checks documents against what is declared, before anything goes live. Returns every problem; raises nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core import catalog as declarations
from core.said import said
from rules.changing import pointer_to, rebuilt, responsible
from rules.checks.acting import steps
from rules.checks.aggregates import aggregates
from rules.checks.comparing import condition
from rules.checks.covered import Told, covered, repeated
from rules.checks.holding import holding
from rules.checks.loops import loops
from rules.checks.missing import missing
from rules.checks.opposing import opposing
from rules.checks.parameters import parameters
from rules.checks.schedules import schedules
from rules.checks.scope import Finding, Scope, events
from rules.checks.segments import segments
from rules.checks.texts import message_texts
from rules.checks.timing import timing
from rules.checks.valuing import Params
from rules.checks.worlds import Worlds
from rules.document.check import check_document, error
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.inheriting import layer_of
from rules.matching import try_rules
from rules.overlays import HOUSE_LAYER, conflicts
from rules.params import misfit
from rules.rule import Rule
from rules.solver.witness import as_data
from rules.wording import kept


@kept()
def check(documents: Sequence[Document], catalog: Any = declarations, strict: bool = False) -> list[Problem]:
    """Every problem of `documents`, which go together: the house and overlays over it. `catalog` has machines,
    event_types, actions, calendars and facts_of_event, as core.catalog has. What the catalog does not know is an error
    only under a declared noun, or where `strict`; else a warning."""
    problems: list[Problem] = []
    sound: list[Document] = []
    for document in documents:
        found = _named("shape", check_document(document))
        problems += found
        if not found:
            sound.append(document)
    house = next((document for document in sound if document.set == "house"), None)
    sets: set[str] = set()
    for document in sound:
        rules, found = try_rules(document, layer_of(document))
        problems += _named("shape", found)
        if document.set in sets:
            twice = error(
                document, "/set", said('there are two sets "{set}"; put their rules together', set=document.set)
            )
            problems += _named("overlay", [twice])
        sets.add(document.set)
        problems += _document(document, rules, house, sound, catalog, strict=strict)
    return problems


def _document(
    document: Document,
    rules: list[Rule],
    house: Document | None,
    documents: Sequence[Document],
    catalog: Any,
    *,
    strict: bool,
) -> Iterator[Problem]:
    declared = None if house is None else house.params
    yield from _named("shape", _unstorable(document))
    others = [other for other in documents if other is not document]
    found = _named("parameter", parameters(document, declared, others, catalog))
    if house is not None and document.set != "house":
        found += _named("overlay", conflicts(house, document))
    found += _named("segment", segments(document, house, catalog, strict=strict))
    inherited = try_rules(house, HOUSE_LAYER)[0] if house is not None and house is not document else []
    found += _named("time", schedules(document, rules, inherited))
    yield from found
    worlds = Worlds(catalog, _declared(declared or {}))
    sound = not any(problem.severity == "error" for problem in found)
    of_rules = _OfRules(document, rules, inherited, worlds, strict=strict, sound=sound)
    yield from of_rules.alone()
    yield from _named("text", message_texts(document, house, catalog, rules, inherited))
    yield from of_rules.together()


def _declared(params: Params) -> Params:
    """Parameters whose declarations make sense; what is wrong with the others is told elsewhere."""
    return {name: one for name, one in params.items() if not misfit(one, one.get("default"))}


@dataclass
class _OfRules:
    """The rules of one document, and the inherited ones over which it stands. Where something else in it is not `sound`,
    it is not asked what can be: what is wrong there would be told once more."""

    document: Document
    rules: list[Rule]
    inherited: list[Rule]
    worlds: Worlds
    strict: bool
    sound: bool

    def alone(self) -> Iterator[Problem]:
        """What is wrong with each rule by itself, and with the inherited ones that the document changes."""
        for rule in self.rules:
            for found in self._rule(rule):
                yield self._problem(rule, found)
        for rule, made in self._changed():
            before = set(self._rule(rule))
            for found in self._rule(made):
                if found not in before:
                    yield self._problem(made, found)

    def together(self) -> Iterator[Problem]:
        """What is wrong with rules beside each other."""
        if not self.sound:
            return
        changed = [made for rule, made in self._changed() if _acts_otherwise(rule, made)]
        kept = {rule.key for rule in changed} | self.document.mute.keys()
        others = [rule for rule in self.inherited if rule.key not in kept]
        own = [*self.rules, *changed]
        for compare in (covered, repeated, opposing, loops):
            found: Iterable[Told] = compare(own, others, self.worlds)
            for rule, finding in found:
                yield self._problem(rule, finding)

    def _changed(self) -> Iterator[tuple[Rule, Rule]]:
        """Inherited rules, with what the document makes of them."""
        for rule in self.inherited:
            made, wrong = rebuilt(rule, self.document.change.get(rule.key, {}))
            if not wrong and made is not rule:
                yield rule, made

    def _rule(self, rule: Rule) -> list[Finding]:
        scope = Scope(rule, self.worlds.catalog, strict=self.strict)
        params = self.worlds.params
        found = [
            *_coded("event", events(rule, scope)),
            *_coded("time", timing(rule, scope, params)),
            *_coded("condition", condition(rule.condition, scope, params)),
            *_coded("aggregate", aggregates(rule, scope, params)),
            *_coded("step", steps(rule, scope, params)),
        ]
        if self.sound and not any(finding.severity == "error" for finding in found):
            found += [*holding(rule, self.worlds), *missing(rule, self.worlds)]
        return found

    def _problem(self, rule: Rule | None, found: Finding) -> Problem:
        document, says = self.document, found.message
        if rule is None:
            where, key = found.pointer, ""
        elif (place := self._places.get(rule.key)) is not None:
            where, key = join("/rules", place) + found.pointer, rule.key
        else:
            changes = document.change[rule.key]
            written = responsible(changes, rule.document, found.pointer)
            says = said(
                '{set} changes the rule "{key}" at {written}: {says}',
                set=document.set,
                key=rule.key,
                written=written,
                says=says,
            )
            where, key = pointer_to(rule.key, written), rule.key
        shown = as_data(found.witness) if found.witness else None
        return Problem(found.severity, key, where, says, document.line_of(where), found.code, shown)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {rule["key"]: place for place, rule in enumerate(self.document.rules)}


def _named(code: str, problems: Iterable[Problem]) -> list[Problem]:
    return [problem if problem.code else replace(problem, code=code) for problem in problems]


def _coded(code: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    return (found if found.code else replace(found, code=code) for found in findings)


def _acts_otherwise(rule: Rule, made: Rule) -> bool:
    """Whether a change of a rule is more than words for people."""
    differ = {key for key in {*rule.document, *made.document} if rule.document.get(key) != made.document.get(key)}
    return not differ <= {"title", "owner", "note", "tags"}


def _unstorable(document: Document) -> Iterator[Problem]:
    """Texts with U+0000, which PostgreSQL does not keep; conditions themselves do not mind it."""
    waiting: list[tuple[str, Any]] = [("", document.data)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(join(pointer, key), part) for key, item in value.items() for part in (key, item)]
        elif isinstance(value, list):
            waiting += [(join(pointer, place), item) for place, item in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            yield error(
                document, pointer, said("the text {value} has the sign U+0000; take it out", value=ascii(value)[:60])
            )
