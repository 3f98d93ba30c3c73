"""What aggregates saw, in words and numbers, for proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules import aggregates
from rules.conditions import Asked
from rules.facts import View
from rules.operators import Operator
from rules.sentences import plain, sentence, show
from rules.sources import Relation
from rules.values import AggregateValue


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison with an aggregate: what it is about, what that was, and the sentence."""

    name: str
    seen: Any
    text: str


def aggregate_sentence(asked: Asked, view: View, verdict: bool | None) -> Told:
    """What one comparison with an aggregate saw; each aggregate in it with how many rows it looked at."""
    name = _name(asked.left)
    seen, wanted = asked.left.resolve(view), asked.right.resolve(view)
    if verdict is not None and seen is not None and wanted is not None:
        text = sentence(name, asked.operator, seen, wanted, verdict)
    elif verdict is not None:
        text = f"{name} was {_between(asked.left, view)}, which {_needs(asked.operator, wanted, verdict)}"
    else:
        text = f"unknown: {name} is {_between(asked.left, view)}"
        if wanted is None:
            text += ", and what it is compared with is not known"
    counted = "; ".join(dict.fromkeys(_counted(value, view) for value in asked.aggregates))
    return Told(name, _data(asked.left, view), f"{text} ({counted})")


def _needs(operator: Operator, wanted: Any, verdict: bool) -> str:
    parts = wanted if operator.takes == "pair" and isinstance(wanted, list) else [wanted]
    says = operator.says.format(wanted=" and ".join(show(part) for part in parts))
    return says if verdict else says.replace("is ", "is not ", 1)


def _name(left: Any) -> str:
    if isinstance(left, AggregateValue):
        return aggregates.build(left).says
    return str(left.path.text) if hasattr(left, "path") else str(left.name)


def _ends(left: Any, view: View) -> tuple[Any, Any]:
    low, high = (left.resolve(View(view.event, view.params, side=side)) for side in ("low", "high"))
    return low, high


def _between(left: Any, view: View) -> str:
    low, high = _ends(left, view)
    if low is None and high is None:
        return "not known" if isinstance(left, AggregateValue) else "not set"
    if low == high:
        return show(low)
    return f"at least {show(low)}" if high is None else f"between {show(low)} and {show(high)}"


def _data(left: Any, view: View) -> Any:
    low, high = _ends(left, view)
    return plain(low) if low == high else {"low": plain(low), "high": plain(high)}


def _counted(value: AggregateValue, view: View) -> str:
    seen = view.observed.seen.get(value.name)
    if seen is None:
        return "it was not looked at"
    aggregate = aggregates.build(value)
    of = f"{seen['true']} of {seen['rows']}" if aggregate.condition else str(seen["rows"])
    noun = "rows" if isinstance(aggregate.source, Relation) else "events"
    more = ", and there were more" if seen.get("more") else ""
    unknown = f", {seen['unknown']} unknown" if seen["unknown"] else ""
    return f"{of} {noun}{unknown}{more}"
