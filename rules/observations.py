"""What aggregates saw, in words and numbers, for proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules import aggregates
from rules.conditions import Asked
from rules.facts import View
from rules.sentences import plain, sentence, show, wants
from rules.sources import Relation
from rules.values import AggregateValue
from rules.wording import say


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
        between, needs = _between(asked.left, view), wants(asked.operator, wanted)
        parts = {"name": name, "seen": between, "needs": needs}
        is_so = say("{name} was {seen}, which is {needs}", **parts)
        text = is_so if verdict else say("{name} was {seen}, which is not {needs}", **parts)
    else:
        text = say("unknown: {name} is {seen}", name=name, seen=_between(asked.left, view))
        if wanted is None:
            text += say(", and what it is compared with is not known")
    counted = "; ".join(dict.fromkeys(_counted(value, view) for value in asked.aggregates))
    return Told(name, _data(asked.left, view), f"{text} ({counted})")


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
        return say("not known") if isinstance(left, AggregateValue) else say("not set")
    if low == high:
        return show(low)
    if high is None:
        return say("at least {wanted}", wanted=show(low))
    return say("between {wanted}", wanted=say("{low} and {high}", low=show(low), high=show(high)))


def _data(left: Any, view: View) -> Any:
    low, high = _ends(left, view)
    return plain(low) if low == high else {"low": plain(low), "high": plain(high)}


def _counted(value: AggregateValue, view: View) -> str:
    seen = view.observed.seen.get(value.name)
    if seen is None:
        return say("it was not looked at")
    aggregate = aggregates.build(value)
    relation = isinstance(aggregate.source, Relation)
    true, number = seen["true"], seen["rows"]
    if aggregate.condition:
        some = say("{true} of {number} rows", true=true, number=number)
        text = some if relation else say("{true} of {number} events", true=true, number=number)
    else:
        text = say("{number} rows", number=number) if relation else say("{number} events", number=number)
    text += say(", {number} unknown", number=seen["unknown"]) if seen["unknown"] else ""
    return text + (say(", and there were more") if seen.get("more") else "")
