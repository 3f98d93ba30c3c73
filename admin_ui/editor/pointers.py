"""Places in a rule by JSON pointers (RFC 6901)."""

from __future__ import annotations

from typing import Any

from rules.document.problem import split


def get(rule: Any, at: str, missing: Any = None) -> Any:
    """What stands at a JSON pointer."""
    for part in split(at):
        if isinstance(rule, list) and part.isdigit() and int(part) < len(rule):
            rule = rule[int(part)]
        elif isinstance(rule, dict) and part in rule:
            rule = rule[part]
        else:
            return missing
    return rule


def put(rule: Any, at: str, value: Any) -> None:
    """Put `value` there; what is around it must be there."""
    *above, last = split(at)
    around = rule
    for part in above:
        around = around[int(part)] if isinstance(around, list) else around[part]
    if isinstance(around, list):
        around[int(last)] = value
    else:
        around[last] = value
