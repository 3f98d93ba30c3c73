"""From a rule that is true to the actions it asks for, as data. Performs nothing and looks at no clock; what cannot be
worked out is a problem of its item, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from core.money import round_half_even
from rules.calendars import DEFAULT, find
from rules.durations import Duration
from rules.facts import View
from rules.kinds import as_moment, kind_of
from rules.rule import Rule
from rules.sources import Relation
from rules.step import ASK_WITHIN, Acting, Step, acting
from rules.templates import NotRendered, is_template, render
from rules.values import aggregate_kind, build_value


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One step of a rule for one event, ready to be stored as JSON. `target` is the name of a related object, or None
    for the subject; `after` is in seconds from the event, with the wait for the opening of calendar `hours` in it;
    `needs` is the id of the step that must be done before; `unless` and `once` are as the rule has them. Where `problem`
    says something, the step cannot be performed. `row` is the reference of the row that it is for, where there is one;
    `ask` whom to ask before, and how long."""

    rule: str
    id: str
    do: str
    target: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    after: int | None = None
    hours: str | None = None
    unless: dict[str, Any] | None = None
    if_refused: str | None = None
    needs: str | None = None
    once: dict[str, Any] | None = None
    problem: str | None = None
    row: str | None = None
    ask: dict[str, Any] | None = None


class _NotSet(ValueError):
    """A value that cannot be had; the message says which."""


def plan(
    rules: Rule | Iterable[Rule], event: Mapping[str, Any], params: Mapping[str, Any] | None = None
) -> list[PlannedAction]:
    """The steps that `rules`, which are true of `event`, ask for, in the order written. A step whose own `if` is not
    true is left out, an `otherwise` where an `if` before it is not known to be false, and what needs a step left out.
    A step for each row is there once for each row that was observed; one more says where there were too many."""
    view = View(event, params)
    found = [rules] if isinstance(rules, Rule) else rules
    planned = []
    for rule in found:
        planned += [_planned(rule, one) for one in acting(rule.steps, view)]
        planned += [_unfinished(rule, step) for step in rule.steps if step.each and _too_many(step.each, view)]
    return planned


def _too_many(relation: Relation, view: View) -> bool:
    found = view.observed.rows.get(relation.text)
    return found is not None and found.more


def _unfinished(rule: Rule, step: Step) -> PlannedAction:
    """What a person is told of the rows that are beyond what is looked at."""
    relation = step.each.text if step.each else ""
    said = f"{relation} has more rows than are looked at; those beyond were left out: see to them by hand"
    first = step.then[0] if step.then else step
    return PlannedAction(rule.key, first.id, first.do, "item", once=rule.document.get("once"), problem=said, row="more")


def _planned(rule: Rule, one: Acting) -> PlannedAction:
    step, view = one.step, one.view
    document = step.document
    problems: list[str] = []
    arguments: dict[str, Any] = {}
    after = None
    for name, written in document.get("with", {}).items():
        try:
            arguments[name] = _argument(written, view)
        except (_NotSet, NotRendered) as error:
            problems.append(f"{name} has no value: {error}")
    try:
        after = _start(document, view)
    except _NotSet as error:
        problems.append(f"it is not known when to do it: {error}")
    return PlannedAction(
        rule=rule.key,
        id=step.id,
        do=step.do,
        target=step.target,
        arguments=arguments,
        after=after,
        hours=document.get("hours"),
        unless=document.get("unless"),
        if_refused=document.get("if_refused"),
        needs=step.needs,
        once=rule.document.get("once"),
        problem="; ".join(problems) or None,
        row=one.row or None,
        ask={"within": ASK_WITHIN, **document["ask"]} if "ask" in document else None,
    )


def _argument(written: Any, view: View) -> Any:
    if type(written) is list:
        return [_argument(item, view) for item in written]
    value = build_value(written, "").resolve(view)
    if value is None and written is not None:
        raise _NotSet(f"{_described(written)} is not set")
    # a fact's own text is never a template: whoever fills in a form must not write our messages
    by_author = type(written) is str or (type(written) is dict and "param" in written)
    if by_author and type(value) is str and is_template(value):
        return render(value, view)
    return _as_data(value)


def _as_data(value: Any) -> Any:
    """As JSON data: exact money to the minor unit, half to even; moments as ISO 8601 text."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if type(value) is dict and kind_of(value) == "money":
        return {"minor": round_half_even(Fraction(value["minor"])), "currency": value["currency"]}
    return [_as_data(item) for item in value] if type(value) is list else value


def _start(document: Mapping[str, Any], view: View) -> int | None:
    """Seconds from the event to the start of a step, opening hours kept; None for at once."""
    after = _seconds(document["after"], view, document.get("hours", DEFAULT)) if "after" in document else None
    if "hours" not in document:
        return after
    calendar, at = find(document["hours"]), as_moment(view.event.get("at"))
    if calendar is None:
        raise _NotSet(f'there is no calendar "{document["hours"]}"')
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise _NotSet("the event has no time from which to count")
    try:
        opening = calendar.next_opening(at + timedelta(seconds=after or 0))
    except OverflowError:
        opening = None
    if opening is None:
        raise _NotSet(f'the calendar "{calendar.name}" does not open any more')
    return ceil((opening - at).total_seconds()) or after


def _seconds(written: Any, view: View, calendar: str) -> int:
    text = build_value(written, "").resolve(view)
    duration = Duration.parse(text)
    if duration is None or duration.amount < 0:
        raise _NotSet(f"{_described(written)} is no duration from now on")
    start = as_moment(view.event.get("at"))
    end = duration.after(start, calendar) if isinstance(start, datetime) else None
    if isinstance(start, datetime) and isinstance(end, datetime):
        return int((end - start).total_seconds())
    if duration.seconds is None:
        raise _NotSet("the event has no time from which to count")
    return duration.seconds


def _described(written: Any) -> str:
    if type(written) is not dict:
        return f'"{str(written)[:60]}"'
    if kind := aggregate_kind(written):
        return f"the {kind} of {written[kind]}"
    for key, says in (("fact", "{}"), ("param", "the parameter {}"), ("date", "the date {}")):
        if key in written:
            at = f" at {written['at']['fact']}" if "at" in written else ""
            return says.format(written[key]) + at
    return f"the share of {_described(written['of'])}" if "of" in written else "a value"
