"""Edits of a rule's document: each takes the rule and says what it is then. Nothing here looks at a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from admin_ui.editor import clauses, shapes, step_shapes
from admin_ui.editor.known import Known, relation_of, source_of
from admin_ui.editor.pointers import get, put
from admin_ui.editor.reading import READ
from core.said import said
from rules.document.problem import join, split
from rules.values import AGGREGATES

Rule = dict[str, Any]
ORDER = ("key", "title", "when", "if", "then", *clauses.ORDER)


class BadEdit(ValueError):
    """An edit that does not fit the rule: its page was another one."""


def edited(rule: Rule, edit: Mapping[str, Any], known: Known) -> Rule:
    """A copy of the rule with one edit: {do, at, …}. Raises BadEdit."""
    made = deepcopy(rule)
    do, at = edit.get("do"), edit.get("at")
    if not isinstance(at, str) or not isinstance(do, str) or do not in _EDITS:
        raise BadEdit(said('there is no edit "{name}"', name=do))
    try:
        _EDITS[do](made, at, edit, known)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadEdit(f"{do} at {at}: {error}") from error
    return _ordered(made, rule)


def _ordered(made: Rule, before: Rule) -> Rule:
    """A part that is new stands where people look for it; what was there stays in its order."""
    keys = [key for key in made if key in before]
    for new in (key for key in made if key not in before):
        later = ORDER[ORDER.index(new) + 1 :] if new in ORDER else ()
        place = next((n for n, key in enumerate(keys) if key in later), len(keys))
        keys.insert(place, new)
    return {key: made[key] for key in keys}


def _parts(edit: Mapping[str, Any]) -> dict[str, str]:
    parts = edit.get("parts", {})
    return {str(key): str(value) for key, value in parts.items() if isinstance(value, str)}


def _set(sort: str) -> Callable[..., None]:
    def do(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
        made = READ[sort](_parts(edit))
        if sort != "text" or made != str(get(rule, at, "")):  # a field of text shows whatever stands there as text
            put(rule, at, made)

    return do


def _set_list(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    """The ticked ones: those that were there stay where they are, new ones come last."""
    ticked = [one for one in edit.get("taken", []) if isinstance(one, str)]
    before = get(rule, at, [])
    found = [one for one in before if one in ticked] + [one for one in ticked if one not in before]
    if not found and at.startswith("/when"):
        _remove(rule, at, edit, known)
    else:
        put(rule, at, found)


def _optional(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    value, before = _parts(edit).get("value", ""), get(rule, at)
    if value == str("" if before is None else before):
        return
    if value:
        put(rule, at, value)
    elif before is not None:
        _remove(rule, at, edit, known)
    if at == "/when/each" and get(rule, "/when/in") is not None:
        del rule["when"]["in"]  # states of another noun


def _remove(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    """Take something out; what would be left empty goes with it, except the steps of a rule."""
    *above, last = split(at)
    around = get(rule, join("", *above)) if above else rule
    if isinstance(around, list):
        del around[int(last)]
    else:
        around.pop(last, None)
    if not around and above and above[-1] in ("all", "any", "not", "with", "tags", "offset", "for"):
        _remove(rule, join("", *above[:-1]) if above[-1] in ("all", "any") else join("", *above), edit, known)
    elif not around and above and last == "not":
        _remove(rule, join("", *above), edit, known)
    elif isinstance(around, list) and len(around) == 1 and join("", *above) in ("/when", "/when/offset", "/when/for"):
        put(rule, join("", *above), around[0])


def _move(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    *above, last = split(at)
    around, here = get(rule, join("", *above)), int(last)
    there = max(0, min(len(around) - 1, here + int(edit["by"])))
    around.insert(there, around.pop(here))


def _wrap(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    key, inner = str(edit["key"]), get(rule, at)
    if key not in ("all", "any", "not"):
        raise BadEdit(key)
    put(rule, at, {key: inner if key == "not" else [inner]})


def _unwrap(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    inner = get(rule, at)[str(edit["key"])]
    put(rule, at, inner[0] if isinstance(inner, list) else inner)


def _join(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    group = get(rule, at)
    (old,) = group
    put(rule, at, {_parts(edit)["value"]: group[old]})


_NEW: dict[str, Any] = {"step": {"do": ""}, "block": {"each": "", "then": [{"do": "", "target": "item"}]}, "value": ""}


def _add(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    what, here = str(edit["what"]), get(rule, at)
    row = _around(rule, at, known)
    if what in ("condition", "group"):
        made = shapes.condition(row)
        made = {"any": [made, shapes.condition(row)]} if what == "group" else made
        if isinstance(here, list):
            here.append(made)
        else:  # the first condition, or one beside a single one
            put(rule, at, made if here is None else {"all": [here, made]})
    elif what == "event":
        rule["when"] = [*(here if isinstance(here, list) else [here]), ""]
    elif what == "another span":
        put(rule, at, [*(here if isinstance(here, list) else [here]), "1d"])
    elif what == "argument":
        *above, name = split(at)
        step = get(rule, join("", *above[:-1]))
        step.setdefault("with", {})[name] = step_shapes.argument(step.get("do"), name, known)
    elif what in ("step", "block", "value"):
        here = here if isinstance(here, list) else []
        put(rule, at, [*here, deepcopy(_NEW[what])])
    else:
        put(rule, at, step_shapes.clause(what, row, rule, at))


def _around(rule: Rule, at: str, known: Known) -> Known:
    """What may be chosen at a place: inside a row where an aggregate or an `each` lies around it."""
    place: Any = rule
    for part in split(at):
        if isinstance(place, dict):
            aggregate = next((kind for kind in AGGREGATES if kind in place), "")
            if aggregate and part == "if":
                known = known.in_row(source_of(place, aggregate))
            elif "each" in place and "date" not in place and part not in ("each", "unless", "schedule", "in"):
                known = known.in_row(relation_of(place["each"]))
            place = place.get(part)
        elif isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        else:
            break
    return known


def _chosen(make: Callable[[Any, str, Known], Any]) -> Callable[..., None]:
    """An edit that makes what stands there anew from a choice."""

    def do(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
        made = make(get(rule, at), _parts(edit).get("value", ""), _around(rule, at, known))
        put(rule, at, made)

    return do


def _shape(rule: Rule, at: str, edit: Mapping[str, Any], known: Known) -> None:
    """Another sort of value; its kind is that of what it is compared with, or of what stands there."""
    around = _around(rule, at, known)
    kind, fact = step_shapes.kind_at(rule, at, around)
    put(rule, at, shapes.value(_parts(edit).get("value", ""), get(rule, at), around, kind, fact))


_EDITS: dict[str, Callable[..., None]] = {
    "set": _set("text"),
    "set-number": _set("number"),
    "set-money": _set("money"),
    "set-duration": _set("duration"),
    "set-flag": _set("flag"),
    "set-list": _set_list,
    "optional": _optional,
    "remove": _remove,
    "move": _move,
    "wrap": _wrap,
    "unwrap": _unwrap,
    "join": _join,
    "add": _add,
    "left": _chosen(shapes.left),
    "op": _chosen(shapes.operator),
    "when": _chosen(shapes.when),
    "once": _chosen(shapes.once),
    "stretch": _chosen(shapes.stretch),
    "action": _chosen(step_shapes.step),
    "shape": _shape,
    "shape-span": _chosen(shapes.span),
}
NAMES: Sequence[str] = tuple(_EDITS)
