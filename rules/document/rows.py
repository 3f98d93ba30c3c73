"""Where a rule may speak of rows: `item` inside a row alone, rows inside rows nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.said import Said, both, said
from rules.document.problem import join

AGGREGATES = ("count", "sum", "min", "max")
ITEM, OBSERVED = "item", "observed"
Misfit = tuple[str, Said]


def misplaced(data: dict[str, Any]) -> Iterator[Misfit]:
    """JSON pointer and sentence for each row, and each fact of one, where none can be."""
    for place, rule in enumerate(data.get("rules", [])):
        pointer = join("/rules", place)
        yield from _facts(rule.get("if", {}), join(pointer, "if"), in_row=False)
        for number, step in enumerate(rule.get("then", [])):
            yield from _step(step, join(pointer, "then", number), in_row="each" in step)


def _step(step: dict[str, Any], pointer: str, *, in_row: bool) -> Iterator[Misfit]:
    if step.get("target") == ITEM and not in_row:
        yield join(pointer, "target"), said("there is no row here; write each: a relation, or another target")
    for key in ("if", "with", "after"):
        if key in step:
            yield from _facts(step[key], join(pointer, key), in_row=in_row, arguments=key == "with")
    yield from _facts(step.get("unless", {}), join(pointer, "unless"), in_row=False)
    for place, inner in enumerate(step.get("then", [])):
        inside = join(pointer, "then", place)
        if "each" in inner:
            yield join(inside, "each"), said("this is a row already, and rows have no rows; take each out")
        yield from _step(inner, inside, in_row=True)


def _facts(value: Any, pointer: str, *, in_row: bool, arguments: bool = False) -> Iterator[Misfit]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _facts(item, join(pointer, place), in_row=in_row)
    if not isinstance(value, dict):
        return
    kinds = [] if arguments else [kind for kind in AGGREGATES if kind in value]
    if len(kinds) > 1:
        yield pointer, said("{kinds} cannot stand in one place; write one of them", kinds=both(kinds))
    inside = in_row and not ("op" in value and _has_aggregate(value))
    for key in ("fact", "date"):
        path = value.get(key)
        if not arguments and not inside and isinstance(path, str) and path.split(".")[0] == ITEM:
            says = said("{path} is a fact of a row, and what stands here is not asked of each row", path=path)
            yield join(pointer, key), said("{says}; write another fact", says=says)
        elif not arguments and isinstance(path, str) and path.split(".")[0] == OBSERVED:
            yield join(pointer, key), said("{path} is made for matchers alone; write the aggregate itself", path=path)
    for key, item in value.items():
        if key != "take" or not kinds:
            yield from _facts(item, join(pointer, key), in_row=inside or (bool(kinds) and key == "if"))


def _has_aggregate(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_aggregate, value))
    return isinstance(value, dict) and (
        any(kind in value for kind in AGGREGATES) or any(map(_has_aggregate, value.values()))
    )
