"""Groups: of the rules of one group that are true of an event only the first acts. Pure; asks no condition."""

from __future__ import annotations

from collections.abc import Iterable

from rules.rule import Rule


def first_of_groups(rules: Iterable[Rule]) -> tuple[list[Rule], dict[str, str]]:
    """Of `rules`, true and in running order, those that act; and by key why the others do not. A rule that is muted
    must not be among them: it holds nobody back."""
    first: dict[str, str] = {}
    acting: list[Rule] = []
    held_back: dict[str, str] = {}
    for rule in rules:
        if rule.group is not None and first.setdefault(rule.group, rule.key) != rule.key:
            held_back[rule.key] = (
                f'of the group "{rule.group}" only the first true rule acts, and that was {first[rule.group]}'
            )
        else:
            acting.append(rule)
    return acting, held_back
