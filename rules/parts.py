"""A document taken apart: what a change can touch by itself. Pure; for merging, comparing, and weighing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

Part = tuple[str, ...]
Parts = dict[Part, Any]
GONE: Final = "\x00gone"  # what a patch has for a part that is taken away; no text of a document has this sign
_WITH_NAMES = ("params", "texts", "mute", "change")


def parts_of(data: Mapping[str, Any]) -> Parts:
    """Every part of a well-formed document by its path: ("rules", key, "if"), ("params", name), ("mute", key).

    A rule, a declared parameter and a changed rule have one more part of their own, True, which says that they exist.
    """
    found: Parts = {}
    for name, value in data.items():
        if name == "rules":
            for rule in value:
                found[name, rule["key"]] = True
                found |= {(name, rule["key"], part): item for part, item in rule.items()}
        elif name in _WITH_NAMES and isinstance(value, Mapping):
            for key, item in value.items():
                found |= _named(
                    name, key, item, inner=name in ("change", "texts") or (name == "params" and is_house(data))
                )
        else:
            found[(name,)] = value
    return found


def is_house(data: Mapping[str, Any]) -> bool:
    """Whether the document declares parameters, and does not only give them values."""
    return data.get("set", "house") == "house"


def patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> Parts:
    """What leads from `old` to `new`: part -> its new value, or GONE."""
    return difference(parts_of(old), parts_of(new))


def difference(before: Parts, after: Parts) -> Parts:
    """As `patch`, of parts that are at hand."""
    gone: Parts = {part: GONE for part in before if part not in after}
    return gone | {part: item for part, item in after.items() if part not in before or not same(before[part], item)}


def patched(data: Mapping[str, Any], changes: Parts) -> dict[str, Any]:
    """A copy of `data` with the `changes` of a patch; what is new stands last."""
    made: dict[str, Any] = deepcopy(dict(data))
    apply(made, changes)
    return made


def apply(data: Any, changes: Parts) -> None:
    """Put a patch into a document, in place: also into one that keeps its comments."""
    for part, value in sorted(changes.items(), key=lambda change: len(change[0])):
        if len(part) == 1:
            _put(data, part[0], value)
        elif part[0] == "rules":
            _in_rules(data, part, value)
        else:
            _in_names(data, part, value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON; 1 and true are not."""
    return bool(one == other) and _alike(one, other)


def owners(changes: Iterable[Part]) -> set[Part]:
    """The named things that a patch touches: ("rules", "dunning"), ("params", "days")."""
    return {part[:2] for part in changes}


def _named(name: str, key: str, item: Any, *, inner: bool) -> Parts:
    if not (inner and isinstance(item, Mapping)):
        return {(name, key): item}
    return {(name, key): True} | {(name, key, str(part)): value for part, value in item.items()}


def _put(around: Any, key: Any, value: Any) -> None:
    """Put `value` there, into what stands there where that keeps how people wrote it."""
    old = around[key] if isinstance(around, list) else around.get(key)
    if value is GONE:
        around.pop(key, None)
    elif isinstance(old, dict) and isinstance(value, dict):
        for name in [name for name in old if name not in value]:
            del old[name]
        for name, item in value.items():
            _put(old, name, item)
    elif isinstance(old, list) and isinstance(value, list) and len(old) == len(value):
        for place, item in enumerate(value):
            _put(old, place, item)
    elif isinstance(old, str) and type(value) is str and type(old) is not str:
        around[key] = old if old == value else type(old)(value)  # with its quotes
    else:
        around[key] = deepcopy(value)


def _in_rules(data: Any, part: Part, value: Any) -> None:
    rules = data.setdefault("rules", [])
    place = next((number for number, rule in enumerate(rules) if rule["key"] == part[1]), None)
    if len(part) == 3:
        if place is not None:
            _put(rules[place], part[2], value)
    elif value is GONE and place is not None:
        del rules[place]
    elif value is not GONE and place is None:
        _open(rules)
        rules.append({"key": part[1]})


def _in_names(data: Any, part: Part, value: Any) -> None:
    around = data.get(part[0])
    if around is None:
        if value is GONE:
            return
        around = data[part[0]] = {}
    _open(around)
    if len(part) == 3:
        if part[1] in around:
            _put(around[part[1]], part[2], value)
    elif value is True and part[0] != "mute" and not _is_plain_param(data, part):
        around.setdefault(part[1], {})
    else:
        _put(around, part[1], value)


def _open(around: Any) -> None:
    """What was written as [] or {} and gets a member is written in lines from now on."""
    if not around and hasattr(around, "fa"):
        around.fa.set_block_style()


def _is_plain_param(data: Any, part: Part) -> bool:
    return part[0] == "params" and not is_house(data)


def _alike(one: Any, other: Any) -> bool:
    """Whether two values that are equal are of the same kinds throughout: 1, 1.0 and true are not."""
    if isinstance(one, dict):
        return all(_alike(item, other[name]) for name, item in one.items())
    if isinstance(one, list):
        return all(map(_alike, one, other))
    return isinstance(one, str) or all(isinstance(one, kind) is isinstance(other, kind) for kind in (bool, float))
