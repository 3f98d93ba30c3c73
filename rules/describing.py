"""Differences between two versions of a document as sentences: "from 500.00 RON to 400.00 RON". Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.said import listed
from rules.changing import name_of
from rules.parts import Part, parts_of, patch, same
from rules.values import aggregate_kind
from rules.wording import say

MAX_SHOWN = 120
NOUNS = {
    "rules": "rule",
    "params": "parameter",
    "texts": "text",
    "mute": "muted rule",
    "change": "changed rule",
}
_SILENT = ("value", "default")  # a place that needs no name of its own


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What is otherwise in `new` than in `old`, each difference a sentence, rule by rule; none where they mean the same."""
    before, after = parts_of(old), parts_of(new)
    said: list[str] = []
    for part in patch(old, new):
        around = part[:2]
        if len(part) == 3 and (around in before) != (around in after):
            continue  # the whole of it is new or gone, and that is said once
        said += _sentences(part, before, after)
    return said


def called(part: Part, word: Callable[[str], str] = str) -> str:
    """What people call a part: rule "dunning" at if; `word` says the words in the reader's language."""
    if len(part) == 1:
        return part[0]
    noun = listed((word(NOUNS.get(part[0], part[0])), f'"{part[1]}"'), " ")
    if len(part) == 2 or part[2] in _SILENT:
        return noun
    return listed((noun, word("at"), part[2].strip("/").replace("/", " ")), " ")


def shown(value: Any) -> str:
    """A value of a document as people read it: 500.00 RON, the parameter days, order.total gte 500.00 RON."""
    text = _shown(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _sentences(part: Part, before: Mapping[Part, Any], after: Mapping[Part, Any]) -> Iterator[str]:
    name = called(part, say)
    if part not in after:
        yield say("{name}: taken away", name=name) if len(part) == 2 else _gone(name, before[part])
    elif part not in before and after[part] is True and len(part) == 2:
        title = after.get((*part, "title"))
        yield _new(name, title) if title else say("{name}: new", name=name)
    elif part not in before:
        yield _new(name, after[part])
    else:
        yield from _between(name, before[part], after[part])


def _between(name: str, old: Any, new: Any) -> Iterator[str]:
    if same(old, new):
        return
    if _is_open(old) and _is_open(new):
        for key in dict.fromkeys([*old, *new]):
            place = name if key in _SILENT else f"{name}, {key}"
            yield from _inside(place, old, new, key)
        return
    names, others = _names(old), _names(new)
    if names and others:
        for key in dict.fromkeys([*names, *others]):
            yield from _inside(f"{name}, {key}", names, others, key)
        if [key for key in names if key in others] != [key for key in others if key in names]:
            yield say("{name}: in another order", name=name)
        return
    yield say("{name}: from {old} to {new}", name=name, old=shown(old), new=shown(new))


def _inside(place: str, old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> Iterator[str]:
    if key not in new:
        yield _gone(place, old[key])
    elif key not in old:
        yield _new(place, new[key])
    else:
        yield from _between(place, old[key], new[key])


def _gone(name: str, value: Any) -> str:
    return say("{name}: taken away; it was {value}", name=name, value=shown(value))


def _new(name: str, value: Any) -> str:
    return say("{name}: new, {value}", name=name, value=shown(value))


def _is_open(value: Any) -> bool:
    """Whether a difference is better told inside: an object that is no value such as {money: …}."""
    return isinstance(value, Mapping) and not {"money", "param", "percent"} & set(value) and set(value) != {"fact"}


def _names(value: Any) -> dict[str, Any]:
    """The items of a list by their names; none where one has no name or shares it."""
    if not isinstance(value, list):
        return {}
    names = [name_of(item) for item in value]
    if not names or None in names or len(set(names)) != len(names):
        return {}
    return dict(zip(map(str, names), value, strict=True))


def _shown(value: Any) -> str:
    if value is None:
        return say("nothing")
    if isinstance(value, str):
        return value if value and value == value.strip() else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and value and all(not isinstance(item, list | Mapping) for item in value):
        return ", ".join(map(_shown, value))
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if set(value) == {"money"}:
        return str(value["money"])
    if set(value) == {"param"}:
        return say("the parameter {name}", name=value["param"])
    if set(value) == {"fact"}:
        return str(value["fact"])
    if "schedule" in value or "date" in value or ("state" in value and "for" in value):
        return _time(value)
    if kind := aggregate_kind(value):
        return f"{_aggregate(value, kind)} {value.get('op', '')} {_shown(value.get('value', ''))}".strip(' "')
    if "op" in value and ("fact" in value or "param" in value):
        return f"{value.get('fact', value.get('param'))} {value['op']} {_shown(value.get('value', ''))}".strip()
    return json.dumps(value, ensure_ascii=False)


def _time(value: Mapping[str, Any]) -> str:
    """A moment, a date, or what a rule hangs on in time: 3d after invoice.due_at, at 10:00."""
    if "schedule" in value:
        objects = say(", for each {noun}", noun=value["each"]) if "each" in value else ""
        states = say(" in {states}", states=_shown(value["in"])) if "in" in value else ""
        return say(
            "on the schedule {schedule}{objects}{states}", schedule=value["schedule"], objects=objects, states=states
        )
    at = say(", at {time}", time=value["at"]) if "at" in value else ""
    if "for" in value:
        return say("{stretch} in {state}{at}", stretch=_shown(value["for"]), state=value["state"], at=at)
    offset = value.get("offset")
    if isinstance(offset, str) and offset.startswith("-"):
        return say("{offset} before {date}{at}", offset=offset[1:], date=value["date"], at=at)
    if offset is None:
        return f"{value['date']}{at}"
    return say("{offset} after {date}{at}", offset=_shown(offset), date=value["date"], at=at)


def _aggregate(value: Mapping[str, Any], kind: str) -> str:
    parts = [kind, "of", *([str(value["take"]), "of"] if "take" in value else []), str(value[kind])]
    for key in ("of", "within", "since"):
        parts += [key, str(value[key])] if key in value else []
    return " ".join(parts) + (f" where {_shown(value['if'])}" if "if" in value else "")
