"""Changes of an inherited rule: JSON pointers in which a place in a list goes by its name. Pure; the rule stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import combinations
from typing import Any

from core.errors import nearest
from rules.document.check import check_document
from rules.document.model import Document
from rules.document.problem import Misplaced, join, split
from rules.rule import Rule, build_rule
from rules.values import AGGREGATES

KEPT = ("key", "priority")
Wrong = list[tuple[str, str]]


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
        raise Misplaced(pointer, "this is no JSON pointer into a rule; write one such as /then/notify.email/after")
    if (above or [last])[0] in KEPT:
        raise Misplaced(pointer, "a changed rule keeps its key and its priority; mute it and add a rule of your own")
    place: Any = rule
    for part in above:
        place = place[_place(place, part, pointer)]
    here = _place(place, last, pointer, may_be_new=True)
    if value is None and isinstance(place, dict):
        place.pop(here, None)
    elif value is None:
        del place[here]
    elif isinstance(place, list) and name_of(value) != last:
        raise Misplaced(pointer, f'what stands here instead must be called "{last}" too; give it this id')
    else:
        place[here] = deepcopy(value)


def _place(around: Any, part: str, pointer: str, *, may_be_new: bool = False) -> Any:
    """The key, or the number, of what `part` names in an object or a list."""
    if isinstance(around, dict) and (part in around or may_be_new):
        return part
    if isinstance(around, dict):
        raise Misplaced(pointer, f'the rule has no "{part}" there; write the whole of it.{nearest(part, list(around))}')
    names = [name_of(item) for item in around] if isinstance(around, list) else []
    if names.count(part) == 1:
        return names.index(part)
    if part in names:
        raise Misplaced(pointer, f'{names.count(part)} places there are called "{part}"; give each an id in the rule')
    known = [name for name in names if name]
    possible = f"; places there go by {', '.join(known)}.{nearest(part, known)}" if known else ""
    raise Misplaced(pointer, f'there is no "{part}" there; correct the pointer{possible}')


def name_of(item: Any) -> str | None:
    """What a place in a list goes by: the id or the action of a step, the relation of a block; the fact or the parameter
    of a comparison, or what its aggregate is over."""
    if not isinstance(item, dict):
        return None
    name = next((item[key] for key in ("id", "do", "each", "fact", "param", *AGGREGATES) if key in item), None)
    return name if isinstance(name, str) else None


def _named(rule: Any, pointer: str) -> list[str]:
    parts = []
    for part in split(pointer):
        inside = rule[int(part)] if isinstance(rule, list) else rule.get(part) if isinstance(rule, dict) else None
        parts.append((name_of(inside) or part) if isinstance(rule, list) else part)
        rule = inside
    return parts


def _overlapping(changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(sorted(pointer for pointer in changes if pointer.startswith("/")), 2):
        if _overlap(split(one), split(other)):
            yield (
                max(one, other, key=len),
                f"it lies within {min(one, other, key=len)}, which is changed too; write one",
            )


def _overlap(one: list[str], other: list[str]) -> bool:
    return all(left == right for left, right in zip(one, other, strict=False))


def pointer_to(key: str, written: str) -> str:
    """Where the change `written` of rule `key` stands in its overlay."""
    return join("/change", key, written)
