"""Segments: who a customer is to the rules. One ordered list in the rules of the house; a customer is in the first that is
true, unless assigned to another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.said import Said, said
from rules.conditions import Condition, Resolved, build_condition, leaves
from rules.document.check import error
from rules.document.model import Document
from rules.document.problem import Misplaced, Problem, join
from rules.facts import View
from rules.kinds import as_moment

SEGMENT = "segment:"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of the list. Without a condition customers are in it by assignment only."""

    key: str
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """From `since` on a customer is in `segment`, whatever the conditions say; an empty one leaves it to them again."""

    segment: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """The segment that an event's customer is in, by `assignment` or by `condition`."""

    key: str
    by: str


Assignments = Mapping[str, Sequence[Assigned]]  # by customer, the earliest first


def set_of(segment: str) -> str:
    """The key of the rule set of a segment."""
    return f"{SEGMENT}{segment}"


def try_segments(document: Document) -> tuple[tuple[Segment, ...], list[Problem]]:
    """The segments of a well-formed document of the house, and what is wrong with the others."""
    found: list[Segment] = []
    problems: list[Problem] = []
    for place, data in enumerate(document.segments):
        pointer = join("/segments", place)
        try:
            condition = build_condition(data["if"], "/if") if "if" in data else None
        except Misplaced as misplaced:
            problems.append(error(document, pointer + misplaced.pointer, misplaced.message))
            continue
        wrong = [error(document, pointer + at, says) for at, says in _foreign(condition)]
        problems += wrong
        if not wrong:
            found.append(Segment(data["key"], condition))
    return tuple(found), problems


def _foreign(condition: Condition | None) -> Iterator[tuple[str, Said]]:
    """Comparisons with anything but what is known of the customer at the event."""
    for leaf in leaves(condition):
        name = leaf.name
        if isinstance(leaf, Resolved):
            yield (
                leaf.pointer,
                said("a segment looks at facts of the customer, and not at relations or the past; take this out"),
            )
        elif not name.startswith("customer.") or name.rpartition(".")[2] in ("was", "change", "change_percent"):
            yield (
                leaf.pointer,
                said('a segment is about what a customer is; "{name}" is no fact of the customer', name=name),
            )
        elif leaf.operator.takes == "nothing":
            yield leaf.pointer, said("a segment is about what a customer is, and not about what changed; take this out")


def membership(
    segments: Sequence[Segment], event: Mapping[str, Any], assignments: Assignments | None = None
) -> Membership | None:
    """The segment of an event's customer as of the event: by the newest assignment that is not later than it, else the
    first whose condition is true. None where it has no customer, or is in none."""
    customer = event.get("customer")
    if not customer or not segments:
        return None
    known = {segment.key for segment in segments}
    if (assigned := _assigned((assignments or {}).get(customer, ()), event.get("at"))) in known:
        return Membership(assigned, "assignment")
    view = View(event)
    true = (one.key for one in segments if one.condition is not None and one.condition.evaluate(view) is True)
    key = next(true, None)
    return Membership(key, "condition") if key is not None else None


def _assigned(assignments: Iterable[Assigned], at: Any) -> str:
    moment = as_moment(at)
    segment = ""
    for one in assignments:
        if isinstance(moment, datetime) and moment.tzinfo is not None and one.since <= moment:
            segment = one.segment
    return segment
