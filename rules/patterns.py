"""Event types and patterns of them: invoice.paid, invoice.*, *. Says only which types a pattern fits."""

from __future__ import annotations

INTERNAL = ("audit.", "action_run.", "rule_set_version.", "rule_set.", "change_request.", "rule.", "moment.")


def is_pattern(when: str) -> bool:
    return "*" in when


def fits(when: str, event_type: str) -> bool:
    """Whether `when` (a type or a pattern) fits. A star stands for any text; internal types, such as those of audit,
    are fitted only where the pattern names them before its first star."""
    if not is_pattern(when):
        return when == event_type
    named, *middle, end = when.split("*")
    if any(event_type.startswith(prefix) and not named.startswith(prefix) for prefix in INTERNAL):
        return False
    if len(event_type) < len(named) + len(end) or not (event_type.startswith(named) and event_type.endswith(end)):
        return False
    rest = event_type[len(named) : len(event_type) - len(end)]
    for part in middle:
        _, found, rest = rest.partition(part) if part else ("", part, rest)
        if found != part:
            return False
    return True
