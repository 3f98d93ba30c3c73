"""Changes of an inherited rule: JSON pointers in which a place in a list goes by its name. Pure; the rule stays as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import combinations
from typing import Any

from core.errors import nearest
from core.said import Said, said
from rules.document.check import check_document
from rules.document.model import Document
from rules.document.problem import Misplaced, join, split
from rules.rule import Rule, build_rule
from rules.values import AGGREGATES

KEPT = ("key", "priority")
Wrong = list[tuple[str, Said]]


def rebuilt(rule: Rule, changes: Mapping[str, Any]) -> tuple[Rule, Wrong]:
    """The rule with all `changes`, as a checked rule of the same layer. Where any of them is wrong, the rule as it was,
    with the pointer (as written) and a sentence for each."""
    made, wrong = changed(rule.document, changes)
    if wrong or made == rule.document:
        return rule, wrong
    found = [(problem.pointer.removeprefix("/rules/0"), problem.message) for problem in _shape(made)]
    if not found:
        try:
            return build_rule(made, rule.layer), []
        except Misplaced as misplaced:
            found = [(misplaced.pointer, misplaced.message)]
    return rule, [(responsible(changes, made, pointer), message) for pointer, message in found]


def changed(rule: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[dict[str, Any], Wrong]:
    """A copy of the document `rule` with what stands in `changes`; null takes a place away. Not checked yet."""
    made = deepcopy(dict(rule))
    wrong = list(_overlapping(changes))
    for pointer, value in sorted(changes.items()):
        try:
            _change(made, pointer, value)
        except Misplaced as misplaced:
            wrong.append((pointer, misplaced.message))
    return (deepcopy(dict(rule)), wrong) if wrong else (made, [])


def changes_between(rule: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that make `made` of `rule`, each as far inside as names reach; null takes a place away."""
    return dict(_between(rule, made, ""))


def _between(old: Any, new: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (not pointer or set(old) & set(new)):
        for key in dict.fromkeys([*old, *new]):
            if key not in new:
                yield join(pointer, key), None
            elif key not in old:
                yield join(pointer, key), new[key]
            else:
                yield from _between(old[key], new[key], join(pointer, key))
        return
    names = [name_of(item) for item in old] if isinstance(old, list) else []
    others = [name_of(item) for item in new] if isinstance(new, list) else []
    if names and names == others and None not in names and len(set(names)) == len(names):
        for name, was, now in zip(names, old, new, strict=True):
            yield from _between(was, now, join(pointer, str(name)))
        return
    yield pointer, new


def value_at(rule: Mapping[str, Any], pointer: str) -> Any:
    """What stands at a pointer as changes write it; None where nothing does."""
    place: Any = rule
    try:
        for part in split(pointer):
            place = place[_place(place, part, pointer)]
    except Misplaced:
        return None
    return place


def responsible(changes: Mapping[str, Any], made: Mapping[str, Any], pointer: str) -> str:
    """Which of `changes` brought about what stands at `pointer` of the changed rule."""
    where = _named(made, pointer)
    return next((written for written in changes if _overlap(split(written), where)), next(iter(changes)))


def _shape(made: dict[str, Any]) -> list[Any]:
    return check_document(Document({"rules": [made]}))


def _change(rule: dict[str, Any], pointer: str, value: Any) -> None:
    *above, last = split(pointer) if pointer.startswith("/") else [""]
    if not last:
        raise Misplaced(
            pointer, said("this is no JSON pointer into a rule; write one such as /then/notify.email/after")
        )
    if (above or [last])[0] in KEPT:
        raise Misplaced(
            pointer, said("a changed rule keeps its key and its priority; mute it and add a rule of your own")
        )
    place: Any = rule
    for part in above:
        place = place[_place(place, part, pointer)]
    here = _place(place, last, pointer, may_be_new=True)
    if value is None and isinstance(place, dict):
        place.pop(here, None)
    elif value is None:
        del place[here]
    elif isinstance(place, list) and name_of(value) != last:
        raise Misplaced(
            pointer, said('what stands here instead must be called "{last}" too; give it this id', last=last)
        )
    else:
        place[here] = deepcopy(value)


def _place(around: Any, part: str, pointer: str, *, may_be_new: bool = False) -> Any:
    """The key, or the number, of what `part` names in an object or a list."""
    if isinstance(around, dict) and (part in around or may_be_new):
        return part
    if isinstance(around, dict):
        raise Misplaced(
            pointer,
            said(
                'the rule has no "{part}" there; write the whole of it.{near}',
                part=part,
                near=nearest(part, list(around)),
            ),
        )
    names = [name_of(item) for item in around] if isinstance(around, list) else []
    if names.count(part) == 1:
        return names.index(part)
    if part in names:
        raise Misplaced(
            pointer,
            said(
                '{names} places there are called "{part}"; give each an id in the rule',
                names=names.count(part),
                part=part,
            ),
        )
    known = [name for name in names if name]
    possible = (
        said("; places there go by {known}.{near}", known=", ".join(known), near=nearest(part, known)) if known else ""
    )
    raise Misplaced(
        pointer, said('there is no "{part}" there; correct the pointer{possible}', part=part, possible=possible)
    )


def name_of(item: Any) -> str | None:
    """What a place in a list goes by: the id or the action of a step, the relation of a block; the fact or the parameter
    of a comparison, or what its aggregate is over; the key of a segment."""
    if not isinstance(item, dict):
        return None
    name = next((item[key] for key in ("id", "do", "each", "fact", "param", "key", *AGGREGATES) if key in item), None)
    return name if isinstance(name, str) else None


def _named(rule: Any, pointer: str) -> list[str]:
    parts = []
    for part in split(pointer):
        inside = rule[int(part)] if isinstance(rule, list) else rule.get(part) if isinstance(rule, dict) else None
        parts.append((name_of(inside) or part) if isinstance(rule, list) else part)
        rule = inside
    return parts


def _overlapping(changes: Mapping[str, Any]) -> Iterator[tuple[str, Said]]:
    for one, other in combinations(sorted(pointer for pointer in changes if pointer.startswith("/")), 2):
        if _overlap(split(one), split(other)):
            yield (
                max(one, other, key=len),
                said("it lies within {min}, which is changed too; write one", min=min(one, other, key=len)),
            )


def _overlap(one: list[str], other: list[str]) -> bool:
    return all(left == right for left, right in zip(one, other, strict=False))


def pointer_to(key: str, written: str) -> str:
    """Where the change `written` of rule `key` stands in its overlay."""
    return join("/change", key, written)
