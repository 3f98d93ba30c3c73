"""What the language has and this version does not perform yet, refused by name: one line per feature to take out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.document.problem import join

_IN_STEP = {
    "ask": "asking a person",
}
_MOMENTS = {"date": "a rule at a date", "state": "a rule after some time in a state", "schedule": "a scheduled rule"}


def unfinished(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """JSON pointer and sentence for each feature in a well-formed document that is not implemented yet."""
    if str(data.get("set", "house")).startswith("segment:"):
        yield "/set", _says("a set for a segment")
    for place, rule in enumerate(data.get("rules", [])):
        yield from _rule(rule, join("/rules", place))


def _rule(rule: dict[str, Any], pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(rule["when"], dict):
        feature = next(feature for key, feature in _MOMENTS.items() if key in rule["when"])
        yield join(pointer, "when"), _says(feature, "write an event type")
    for place, step in enumerate(rule.get("then", [])):
        for key, feature in _IN_STEP.items():
            if key in step:
                yield join(pointer, "then", place, key), _says(feature)
    yield from _inside({key: rule[key] for key in ("if", "then") if key in rule}, pointer)


def _inside(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Features that may stand in any condition or value below `value`."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _inside(item, join(pointer, place))
    elif isinstance(value, dict):
        yield from _here(value, pointer)
        for key, item in value.items():
            yield from _inside(item, join(pointer, key))


def _here(value: dict[str, Any], pointer: str) -> Iterator[tuple[str, str]]:
    for key in ("fact", "date"):
        path = value.get(key)
        if isinstance(path, str) and path.startswith("moment.") and not pointer.endswith("/with"):
            yield join(pointer, key), _says(f"the fact {path}")


def _says(feature: str, instead: str = "take it out") -> str:
    return f"{feature} is not implemented yet; {instead} for now"
