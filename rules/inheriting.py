"""What an overlay inherits, and what in it does not fit that: unknown names, values out of bounds, locked rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import nearest
from core.said import Said, said
from rules.changing import pointer_to, rebuilt
from rules.document.check import error
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.params import misfit
from rules.rule import DEFAULT_PRIORITY, Rule

HOUSE_LAYER, SEGMENT_LAYER, CUSTOMER_LAYER = 0, 1, 2


@dataclass(frozen=True)
class Inherited:
    """The declared parameters and, by key, the rules over which an overlay stands, muted ones left out."""

    params: Mapping[str, Any]
    rules: Mapping[str, Rule] = field(default_factory=dict)


def layer_of(document: Document) -> int:
    """0 for the house, more the nearer a set is to the customer."""
    return {"segment": SEGMENT_LAYER, "customer": CUSTOMER_LAYER}.get(document.set.partition(":")[0], HOUSE_LAYER)


def conflicts(inherited: Inherited, overlay: Document) -> Iterator[Problem]:
    """Everything in a well-formed `overlay` that does not fit what it inherits."""
    yield from _params(inherited, overlay)
    yield from _muted(inherited, overlay)
    yield from _changed(inherited, overlay)
    yield from _added(inherited, overlay)


def _params(inherited: Inherited, overlay: Document) -> Iterator[Problem]:
    for name, value in overlay.params.items():
        pointer = join("/params", name)
        if name not in inherited.params:
            near = nearest(name, list(inherited.params))
            yield error(
                overlay,
                pointer,
                said('the house has no parameter "{name}"; take it out or correct it.{near}', name=name, near=near),
            )
        elif problem := misfit(inherited.params[name], value):
            yield error(overlay, pointer, problem)


def _muted(inherited: Inherited, overlay: Document) -> Iterator[Problem]:
    for key in overlay.mute:
        if key not in inherited.rules:
            near = nearest(key, list(inherited.rules))
            message = said('the house has no rule "{key}" to mute; take it out.{near}', key=key, near=near)
        elif inherited.rules[key].locked:
            message = said('the rule "{key}" is locked, and no overlay may mute it; take this out', key=key)
        else:
            continue
        yield error(overlay, join("/mute", key), message)


def _changed(inherited: Inherited, overlay: Document) -> Iterator[Problem]:
    for key, changes in overlay.change.items():
        pointer = join("/change", key)
        rule = inherited.rules.get(key)
        if rule is None:
            near = nearest(key, list(inherited.rules))
            yield error(
                overlay,
                pointer,
                said('the house has no rule "{key}" to change; take it out.{near}', key=key, near=near),
            )
        elif key in overlay.mute:
            yield error(overlay, pointer, said('the rule "{key}" is muted too; either mute it or change it', key=key))
        elif rule.locked:
            yield error(
                overlay,
                pointer,
                said('the rule "{key}" is locked, and no overlay may change it; take this out', key=key),
            )
        else:
            made, wrong = rebuilt(rule, changes)
            for written, message in wrong:
                says = said(
                    '{set} changes the rule "{key}" at {written}: {message}',
                    set=overlay.set,
                    key=key,
                    written=written,
                    message=message,
                )
                yield error(overlay, pointer_to(key, written), says)
            if made.group != rule.group and (locked := _outrun(inherited, made.group, made.order)):
                yield error(overlay, pointer_to(key, "/group"), _outruns(key, locked))


def _added(inherited: Inherited, overlay: Document) -> Iterator[Problem]:
    for place, rule in enumerate(overlay.rules):
        key = rule["key"]
        if key in inherited.rules:
            pointer = join("/rules", place, "key")
            yield error(
                overlay, pointer, said('the house has a rule "{key}" already; give this one another key', key=key)
            )
        order = rule.get("priority", DEFAULT_PRIORITY), layer_of(overlay), key
        if locked := _outrun(inherited, rule.get("group"), order):
            pointer = join("/rules", place, "priority" if "priority" in rule else "group")
            yield error(overlay, pointer, _outruns(key, locked))


def _outrun(inherited: Inherited, group: str | None, order: tuple[int, int, str]) -> Rule | None:
    """The locked rule of `group` that would no longer be asked before a rule that runs in this `order`."""
    members = (rule for rule in inherited.rules.values() if rule.locked and rule.group == group is not None)
    return next((rule for rule in members if order < rule.order), None)


def _outruns(key: str, locked: Rule) -> Said:
    says = said(
        'the rule "{key}" of the group "{group}" is locked, and "{other}" would run before it',
        key=locked.key,
        group=locked.group,
        other=key,
    )
    return said("{says}; give it a priority above {priority}, or another group", says=says, priority=locked.priority)
