"""The nearest miss: the fewest comparisons that would have had to come out otherwise for a rule to act. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rules.conditions import All, AnyOf, Comparison, Condition, Not


def nearest_miss(condition: Condition | None, verdicts: Mapping[str, str]) -> tuple[str, ...]:
    """`verdicts` has what each comparison said, by its pointer: true, false, unknown. The pointers of the comparisons that kept `condition` from being true, as few as there can be; of equals the first.
    None where it is true. Each is held to be free of the others, so what two comparisons ask of one fact counts twice."""
    return () if condition is None else _short_of(condition, verdicts, wanted="true")


def _short_of(condition: Condition, verdicts: Mapping[str, str], *, wanted: str) -> tuple[str, ...]:
    if isinstance(condition, Comparison):
        return () if verdicts[condition.pointer] == wanted else (condition.pointer,)
    if isinstance(condition, Not):
        return _short_of(condition.item, verdicts, wanted="false" if wanted == "true" else "true")
    missing = [_short_of(item, verdicts, wanted=wanted) for item in condition.items]
    every = isinstance(condition, All) is (wanted == "true") and isinstance(condition, All | AnyOf)
    return tuple(pointer for one in missing for pointer in one) if every else min(missing, key=len)
