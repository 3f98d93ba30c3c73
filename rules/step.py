"""One step of a rule's `then`, built from its document: its own condition, and whether its values can be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.said import said
from rules.conditions import Condition, Resolved, build_condition, leaves
from rules.document.problem import Misplaced, join
from rules.facts import View
from rules.sources import Relation
from rules.templates import NotRendered, is_template, parsed
from rules.values import AggregateValue, aggregates_in, build_value

ASK_WITHIN, SHORTEST_ASK, LONGEST_ASK = "3d", "5m", "90d"  # how long a question waits for its answer


@dataclass(frozen=True, slots=True)
class Step:
    """DO action WITH arguments, IF its own condition is true and UNLESS another has become true meanwhile. One that
    is `otherwise` acts only where the condition of every step before it is known to be false. One that `needs` another
    waits until that one is done, and is left out with it. With `each` it acts for each row of that relation of which its
    condition is true; a block, which does nothing itself, has further steps `then` for each such row. `aggregates` are
    those in its arguments."""

    id: str
    do: str
    target: str | None = None
    condition: Condition | None = None
    unless: Condition | None = None
    otherwise: bool = False
    needs: str | None = None
    each: Relation | None = None
    then: tuple[Step, ...] = ()
    aggregates: tuple[AggregateValue, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def conditions(self) -> list[Condition]:
        """Its own condition and those of its further steps."""
        return [found for step in (self, *self.then) if (found := step.condition) is not None]


def build_step(data: Mapping[str, Any], pointer: str) -> Step:
    """The step that the checked document `data` writes. Raises Misplaced where its values cannot be used."""
    aggregates: list[AggregateValue] = []
    for name, written in data.get("with", {}).items():
        aggregates += aggregates_in(build_value(written, join(pointer, "with", name)))
        for place, text in texts(written, join(pointer, "with", name)):
            _parse(text, place)
    if "after" in data:
        build_value(data["after"], join(pointer, "after"))
    unless = build_condition(data["unless"], join(pointer, "unless")) if "unless" in data else None
    for leaf in leaves(unless):
        if isinstance(leaf, Resolved):
            says = said("`unless` is asked of facts alone; take the aggregate out, or write a guard")
            raise Misplaced(leaf.pointer, says)
    return Step(
        id=data.get("id", data.get("do", "")),
        do=data.get("do", ""),
        target=None if data.get("target") == "subject" else data.get("target"),
        condition=build_condition(data["if"], join(pointer, "if")) if "if" in data else None,
        unless=unless,
        otherwise=data.get("otherwise", False),
        needs=data.get("needs"),
        each=Relation.parse(data["each"], join(pointer, "each")) if "each" in data else None,
        then=tuple(build_step(step, join(pointer, "then", place)) for place, step in enumerate(data.get("then", ()))),
        aggregates=tuple(aggregates),
        document=data,
    )


@dataclass(frozen=True, slots=True)
class Acting:
    """A step that acts: on its event, or for one row of it, with the facts of that."""

    step: Step
    view: View
    row: str = ""


def acting(steps: Iterable[Step], view: View, row: str = "") -> Iterator[Acting]:
    """Those of a rule's steps that act, in the order written, for each row in the order of the rows. Unknown is neither
    true nor false. What is asked of rows does not count for an `otherwise` beside it."""
    all_false = True
    asked: set[str] = set()
    for step in steps:
        may = (all_false or not step.otherwise) and (step.needs is None or step.needs in asked)
        if step.each is not None:
            if may:
                yield from _for_each_row(step, step.each, view)
            continue
        verdict = True if step.condition is None else step.condition.evaluate(view)
        if verdict is True and may:
            asked.add(step.id)
            yield Acting(step, view, row)
        all_false = all_false and (step.condition is None or verdict is False)


def _for_each_row(step: Step, relation: Relation, view: View) -> Iterator[Acting]:
    found = view.observed.rows.get(relation.text)
    for row in found.rows if found else ():
        inside = View(view.event, view.params, item=row.facts)
        if step.condition is not None and step.condition.evaluate(inside) is not True:
            continue
        if step.then:
            yield from acting(step.then, inside, row.ref)
        else:
            yield Acting(step, inside, row.ref)


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
        raise Misplaced(
            pointer, said("the template cannot be used: {why}; correct it (Liquid syntax)", why=error.args[0])
        ) from None
