"""How often the conditions of a rule were true of what happened: each by itself, and one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from typing import Any

from core import as_of
from core.events import Event
from rules.conditions import All, AnyOf, Condition, Not
from rules.facts import View
from rules.observing import Looked, lookups_of, resolved
from rules.operators import all_of, any_of, negated
from rules.rule import Rule

NEWEST = 5000
NEWEST_WITH_LOG = 500  # of rules that ask the log for each event
MAX_TYPES = 40


@dataclass
class Passed:
    """Of one condition: of how many events it was true, and of how many unknown."""

    true: int = 0
    unknown: int = 0


@dataclass
class Passing:
    """`events` were looked at; `conditions` by their pointer in the rule; `left` has, for each condition of the outermost
    `all`, how many events are left after it and those before it; `acts` of how many the rule was true."""

    events: int = 0
    acts: int = 0
    conditions: dict[str, Passed] = field(default_factory=dict)
    left: list[tuple[str, int]] = field(default_factory=list)


def passing(rule: Rule, types: Sequence[str], params: Mapping[str, Any], *, since: datetime | None = None) -> Passing:
    """Ask a rule of the newest events of these types, those before `since` left out. Changes nothing."""
    events = newest(types[:MAX_TYPES], NEWEST_WITH_LOG if rule.sources else NEWEST)
    events = [event for event in events if since is None or event.at >= since]
    documents = [event.as_document() for event in events]
    seen = {}
    if rule.sources:
        asked = (one for e, d in zip(events, documents, strict=True) for one in lookups_of([rule], d, e.pk))
        seen = as_of.look_up(asked)
    found = Passing()
    outermost = rule.condition.items if isinstance(rule.condition, All) else ()
    left = dict.fromkeys((item.pointer for item in outermost), 0)
    for event, document in zip(events, documents, strict=True):
        if not rule.in_force(document):
            continue
        observed = resolved(document, [rule], params, Looked(event.pk, seen)) if rule.sources else document
        found.events += 1
        verdicts: dict[str, bool | None] = {}
        acts = True if rule.condition is None else _ask(rule.condition, View(observed, params), verdicts)
        found.acts += acts is True
        for pointer, verdict in verdicts.items():
            passed = found.conditions.setdefault(pointer, Passed())
            passed.true += verdict is True
            passed.unknown += verdict is None
        for item in outermost:
            if verdicts[item.pointer] is not True:
                break
            left[item.pointer] += 1
    found.left = list(left.items())
    return found


def _ask(condition: Condition, view: View, verdicts: dict[str, bool | None]) -> bool | None:
    """The verdict of a condition; it and those inside it are put into `verdicts` by their pointers."""
    if isinstance(condition, Not):
        verdict = negated(_ask(condition.item, view, verdicts))
    elif isinstance(condition, All | AnyOf):
        inside = [_ask(item, view, verdicts) for item in condition.items]
        verdict = all_of(inside) if isinstance(condition, All) else any_of(inside)
    else:
        verdict = condition.evaluate(view)
    verdicts[condition.pointer] = verdict
    return verdict


def newest(types: Iterable[str], limit: int, *, after: int = 0) -> list[Event]:
    """The newest events of these types, each type by its index; only those after the event `after`."""
    events = Event.objects.filter(pk__gt=after).order_by("-pk")
    found = [event for name in types for event in events.filter(type=name)[:limit]]
    return nlargest(limit, found, key=lambda event: event.pk)
