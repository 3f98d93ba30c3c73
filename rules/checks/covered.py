"""Checks groups: a rule that an earlier one of its group always runs before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.checks.scope import Finding
from rules.conditions import All, Comparison, Condition, Not
from rules.patterns import fits, is_pattern
from rules.rule import Rule


def covered(rule: Rule, others: Sequence[Rule]) -> Iterator[Finding]:
    """A warning where one of `others` that runs before `rule` is true of every event of which `rule` is."""
    for other in others:
        if other.group == rule.group is not None and other.order < rule.order and _covers(other, rule):
            says = f'"{other.key}" of the same group is always true where this rule is, and runs before it'
            advice = "this rule acts only where that one is muted; give it a lower priority, or take it out"
            yield Finding("warning", "/group", f"{says}; {advice}")
            return


def _covers(other: Rule, rule: Rule) -> bool:
    always = other.since is None and other.until is None
    same_time = other.timing == rule.timing and all(_among(when, other.when) for when in rule.when)
    return always and same_time and _needs(other) <= _needs(rule)


def _among(when: str, wider: tuple[str, ...]) -> bool:
    return any(when == one or (not is_pattern(when) and fits(one, when)) for one in wider)


def _needs(rule: Rule) -> set[str]:
    """What must all be true of a rule, as text that tells equal conditions."""
    condition = rule.condition
    if condition is None:
        return set()
    return {_told(item) for item in (condition.items if isinstance(condition, All) else (condition,))}


def _told(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        return f"{condition.seen!r} {condition.operator.name} {condition.wanted!r}"
    if isinstance(condition, Not):
        return f"not ({_told(condition.item)})"
    return f"{type(condition).__name__} ({', '.join(_told(item) for item in condition.items)})"
