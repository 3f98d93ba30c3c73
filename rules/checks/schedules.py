"""Checks that a schedule that is about no object stands where somebody performs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.said import said
from rules.changing import rebuilt
from rules.checks.parameters import used
from rules.document.check import error, warning
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.rule import Rule
from rules.segments import SEGMENT

_ONCE = said("a schedule without `each` is performed once, by the rules of the house")


def schedules(document: Document, rules: Iterable[Rule], inherited: Iterable[Rule]) -> Iterator[Problem]:
    """Rules of a segment that nothing would ever perform, and changes of the house's that nothing would ever ask."""
    if document.set.startswith(SEGMENT):
        places = {data["key"]: place for place, data in enumerate(document.rules)}
        for rule in filter(_about_nothing, rules):
            says = said(
                "{once}, and never for the customers of a segment; say for which objects, as in each: invoice",
                once=_ONCE,
            )
            yield error(document, join("/rules", places[rule.key], "when"), says)
    nobodys: list[Rule] = []
    others: list[Rule] = []
    for rule in inherited:
        made, _wrong = rebuilt(rule, document.change.get(rule.key, {}))
        if _about_nothing(made) and not _about_nothing(rule):
            says = said(
                '{once}: changed like this nothing would perform "{key}"; say for which objects, as in each: invoice',
                once=_ONCE,
                key=rule.key,
            )
            yield error(document, join("/change", rule.key), says)
        (nobodys if _about_nothing(rule) else others).append(rule)
    yield from _without_effect(document, nobodys, [*others, *rules])
    for rule in nobodys:
        for part, holder in (("change", document.change), ("mute", document.mute)):
            if rule.key in holder:
                says = said(
                    '{once}: nobody\'s own rules make "{key}" otherwise; take this out, or change it in the house',
                    once=_ONCE,
                    key=rule.key,
                )
                yield error(document, join("", part, rule.key), says)


def _without_effect(document: Document, nobodys: Iterable[Rule], others: Iterable[Rule]) -> Iterator[Problem]:
    """Values of their own for parameters that only such schedules of the house use."""
    elsewhere = {name for rule in others for _pointer, name in used(rule.document, "")}
    for rule in nobodys:
        for name in sorted({name for _pointer, name in used(rule.document, "")} & document.params.keys() - elsewhere):
            says = said(
                'only "{key}" uses "{name}", and {once}: this value changes nothing; change it in the house',
                key=rule.key,
                name=name,
                once=_ONCE,
            )
            yield warning(document, join("/params", name), says)


def _about_nothing(rule: Rule) -> bool:
    return rule.timing is not None and rule.timing.schedule is not None and not rule.timing.noun
