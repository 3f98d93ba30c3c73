"""Checks documents against what is declared, before anything goes live. Returns every problem; raises nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core import catalog as declarations
from rules.changing import pointer_to, rebuilt, responsible
from rules.checks.acting import steps
from rules.checks.aggregates import aggregates
from rules.checks.comparing import condition
from rules.checks.covered import covered
from rules.checks.parameters import parameters
from rules.checks.scope import Finding, Scope, events
from rules.checks.texts import message_texts
from rules.checks.timing import timing
from rules.checks.valuing import Params
from rules.document.check import check_document, error
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.matching import try_rules
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, conflicts
from rules.rule import Rule


def check(documents: Sequence[Document], catalog: Any = declarations, strict: bool = False) -> list[Problem]:
    """Every problem of `documents`, which go together: the house and overlays over it. `catalog` has machines,
    event_types, actions, calendars and facts_of_event, as core.catalog has. What the catalog does not know is an error
    only under a declared noun, or where `strict`; else a warning."""
    problems: list[Problem] = []
    sound: list[Document] = []
    for document in documents:
        found = check_document(document)
        problems += found
        if not found:
            sound.append(document)
    house = next((document for document in sound if document.set == "house"), None)
    sets: set[str] = set()
    for document in sound:
        rules, found = try_rules(document, HOUSE_LAYER if document.set == "house" else CUSTOMER_LAYER)
        problems += found
        if document.set in sets:
            problems.append(error(document, "/set", f'there are two sets "{document.set}"; put their rules together'))
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
    yield from _unstorable(document)
    yield from parameters(document, declared, [other for other in documents if other is not document], catalog)
    if house is not None and document.set != "house":
        yield from conflicts(house, document)
    inherited = try_rules(house, HOUSE_LAYER)[0] if house is not None and house is not document else []
    places = {rule["key"]: place for place, rule in enumerate(document.rules)}
    for rule in rules:
        pointer = join("/rules", places[rule.key])
        for found in _rule(rule, Scope(rule, catalog, strict=strict), declared or {}, [*inherited, *rules]):
            where = pointer + found.pointer
            yield Problem(found.severity, rule.key, where, found.message, document.line_of(where))
    yield from message_texts(document, house, catalog, rules, inherited)
    for rule in inherited:
        yield from _changed(rule, document, catalog, declared or {}, strict=strict)


def _changed(rule: Rule, document: Document, catalog: Any, params: Params, *, strict: bool) -> Iterator[Problem]:
    """What is wrong with a rule of the house as `document` changes it, and was not before."""
    changes = document.change.get(rule.key, {})
    made, wrong = rebuilt(rule, changes)
    if wrong or made is rule:
        return
    before = set(_rule(rule, Scope(rule, catalog, strict=strict), params, []))
    for found in _rule(made, Scope(made, catalog, strict=strict), params, []):
        if found not in before:
            written = responsible(changes, made.document, found.pointer)
            says = f'{document.set} changes the rule "{rule.key}" at {written}: {found.message}'
            where = pointer_to(rule.key, written)
            yield Problem(found.severity, rule.key, where, says, document.line_of(where))


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
            yield error(document, pointer, f"the text {ascii(value)[:60]} has the sign U+0000; take it out")


def _rule(rule: Rule, scope: Scope, params: Params, beside: Sequence[Rule]) -> Iterator[Finding]:
    yield from covered(rule, beside)
    yield from events(rule, scope)
    yield from timing(rule, scope, params)
    yield from condition(rule.condition, scope, params)
    yield from aggregates(rule, scope, params)
    yield from steps(rule, scope, params)
