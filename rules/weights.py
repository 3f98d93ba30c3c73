"""The three weights of a change, and how many people must approve of each. Pure; knows of actions by the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from core import catalog
from rules.parts import Part, Parts, is_house, parts_of, patch

Weight = Literal["light", "parameter", "rules"]


def weigh(old: Mapping[str, Any], new: Mapping[str, Any]) -> Weight:
    """How heavy the change from `old` to `new` is.

    `light`: one customer's parameters and muted rules. `parameter`: values of parameters of the house or a segment.
    `rules`: everything else.
    """
    changes = patch(old, new)
    if str(new.get("set", "")).startswith("customer:") and all(part[0] in ("params", "mute") for part in changes):
        return "light"
    return "parameter" if all(_is_value(part, new) for part in changes) else "rules"


def approvals_needed(
    old: Mapping[str, Any], new: Mapping[str, Any], inherited: Mapping[str, Any] | None = None, *, usually: int
) -> int:
    """None for a light change, one for a parameter, `usually` for rules; at least two where these rules move money.
    `inherited` are the rules over which an overlay stands."""
    weight = weigh(old, new)
    if weight == "light":
        return 0
    if weight == "parameter":
        return 1
    return max(usually, 2 if money_rules(old, new, inherited) else 1)


def money_rules(
    old: Mapping[str, Any], new: Mapping[str, Any], inherited: Mapping[str, Any] | None = None
) -> list[str]:
    """Keys of the changed rules that ask for an action that moves money, before or after the change."""
    changes = patch(old, new)
    found = {part[1] for part in changes if part[0] == "rules" and len(part) > 1 and _matters(part)}
    found |= {part[1] for part in changes if part[0] == "change" and len(part) > 1}
    asked = [_asked(data) for data in (old, new, inherited or {})]
    return sorted(key for key in found if any(_moves_money(name) for asks in asked for name in asks.get(key, ())))


def _is_value(part: Part, new: Mapping[str, Any]) -> bool:
    if part[0] != "params":
        return False
    return not is_house(new) or part[2:] == ("default",)


def _matters(part: Part) -> bool:
    return len(part) == 2 or part[2] not in ("title", "owner", "note", "tags")


def _asked(data: Mapping[str, Any]) -> dict[str, set[str]]:
    """Key of a rule -> the actions that it asks for, also deep inside blocks."""
    parts: Parts = parts_of(data)
    found: dict[str, set[str]] = {}
    for part, value in parts.items():
        if part[0] in ("rules", "change") and len(part) == 3:
            found.setdefault(part[1], set()).update(_actions(value))
    return found


def _actions(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("do"), str):
            yield value["do"]
        for item in value.values():
            yield from _actions(item)
    elif isinstance(value, list):
        for item in value:
            yield from _actions(item)


def _moves_money(action: str) -> bool:
    spec = catalog.actions.find(action)
    return spec is not None and spec.moves_money
