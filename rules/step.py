"""One step of a rule's `then`, built from its document: its own condition, and whether its values can be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.conditions import Condition, build_condition
from rules.document.problem import Misplaced, join
from rules.facts import View
from rules.templates import NotRendered, is_template, parsed
from rules.values import build_value


@dataclass(frozen=True, slots=True)
class Step:
    """DO action WITH arguments, IF its own condition is true and UNLESS another has become true meanwhile. One that
    is `otherwise` acts only where the condition of every step before it is known to be false. One that `needs` another
    waits until that one is done, and is left out with it."""

    id: str
    do: str
    target: str | None = None
    condition: Condition | None = None
    unless: Condition | None = None
    otherwise: bool = False
    needs: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


def build_step(data: Mapping[str, Any], pointer: str) -> Step:
    """The step that the checked document `data` writes. Raises Misplaced where its values cannot be used."""
    for name, written in data.get("with", {}).items():
        build_value(written, join(pointer, "with", name))
        for place, text in texts(written, join(pointer, "with", name)):
            _parse(text, place)
    if "after" in data:
        build_value(data["after"], join(pointer, "after"))
    return Step(
        id=data.get("id", data["do"]),
        do=data["do"],
        target=None if data.get("target") == "subject" else data.get("target"),
        condition=build_condition(data["if"], join(pointer, "if")) if "if" in data else None,
        unless=build_condition(data["unless"], join(pointer, "unless")) if "unless" in data else None,
        otherwise=data.get("otherwise", False),
        needs=data.get("needs"),
        document=data,
    )


def acting(steps: Iterable[Step], view: View) -> Iterator[Step]:
    """Those of a rule's steps that act, in the order written. Unknown is neither true nor false."""
    all_false = True
    asked: set[str] = set()
    for step in steps:
        verdict = True if step.condition is None else step.condition.evaluate(view)
        if verdict is True and (all_false or not step.otherwise) and (step.needs is None or step.needs in asked):
            asked.add(step.id)
            yield step
        all_false = all_false and (step.condition is None or verdict is False)


def texts(written: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Pointer and text of each literal text in an argument that is a template."""
    if isinstance(written, list):
        for place, item in enumerate(written):
            yield from texts(item, join(pointer, place))
    elif isinstance(written, str) and is_template(written):
        yield pointer, written


def _parse(text: str, pointer: str) -> None:
    try:
        parsed(text)
    except NotRendered as error:
        raise Misplaced(pointer, f"the template cannot be used: {error}; correct it (Liquid syntax)") from None
