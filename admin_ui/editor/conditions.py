"""Conditions as lines: groups with lines below them, and comparisons as fact, operator and value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor import values
from admin_ui.editor.known import Known, events, source_of, title_of_noun, with_current
from admin_ui.editor.lefts import chosen_left, chosen_operator, left_of, lefts
from admin_ui.editor.model import Button, Choice, Field, Line, Word
from admin_ui.editor.operator_words import NOT_SET, fitting
from core.catalog import Fact
from rules.aggregates import TAKEN
from rules.checks.valuing import KINDS
from rules.document.problem import join
from rules.operators import CHANGED, EXISTS, operators
from rules.values import aggregate_kind

GROUPS = ("all", "any")
DEEPEST = 12  # groups drawn inside each other; what lies deeper is kept as it is written


def joins() -> tuple[Choice, ...]:
    return (
        Choice("all", gettext("all of these are true")),
        Choice("any", gettext("at least one of these is true")),
    )


def condition_line(data: Any, at: str, known: Known, *, movable: bool = False, depth: int = 0) -> Line:
    """A condition that stands at `at`; `movable` where it is one of several."""
    line = _line(data, at, known, depth)
    line.asked = True
    if movable:
        line.buttons += [
            Button(gettext("Move up"), {"do": "move", "at": at, "by": -1}, "arrow_upward"),
            Button(gettext("Move down"), {"do": "move", "at": at, "by": 1}, "arrow_downward"),
        ]
    line.buttons.append(Button(gettext("Take out"), {"do": "remove", "at": at}, "close"))
    return line


def _line(data: Any, at: str, known: Known, depth: int) -> Line:
    if not isinstance(data, Mapping) or depth > DEEPEST:
        return Line(at, "condition", [values.kept(data)])
    for group in GROUPS:
        if isinstance(data.get(group), list) and len(data) == 1:
            return _group(data[group], group, at, known, depth)
    if "not" in data and len(data) == 1:
        inner = condition_line(data["not"], join(at, "not"), known, depth=depth + 1)
        inner.buttons = []
        line = Line(at, "group", [Word(gettext("this is not true:"))], [inner])
        line.buttons.append(Button(gettext("Without not"), {"do": "unwrap", "at": at, "key": "not"}, "undo"))
        return line
    line = _comparison(data, at, known, depth)
    line.buttons.append(Button(gettext("Put into a group"), {"do": "wrap", "at": at, "key": "any"}, "data_array"))
    line.buttons.append(Button(gettext("Not"), {"do": "wrap", "at": at, "key": "not"}, "block"))
    return line


def _group(items: list[Any], group: str, at: str, known: Known, depth: int) -> Line:
    inside = join(at, group)
    line = Line(
        at, "group", [Field(at, "select", gettext("How these go together"), {"value": group}, joins(), do="join")]
    )
    line.lines = [
        condition_line(item, join(inside, place), known, movable=len(items) > 1, depth=depth + 1)
        for place, item in enumerate(items)
    ]
    line.more = adding(inside)
    line.buttons.append(Button(gettext("Not"), {"do": "wrap", "at": at, "key": "not"}, "block"))
    if len(items) == 1:
        line.buttons.append(Button(gettext("Without the group"), {"do": "unwrap", "at": at, "key": group}, "undo"))
    return line


def adding(at: str) -> list[Button]:
    """What can be added to the conditions at `at`."""
    return [
        Button(gettext("Add a condition"), {"do": "add", "at": at, "what": "condition"}, "add"),
        Button(gettext("Add a group"), {"do": "add", "at": at, "what": "group"}, "data_array"),
    ]


def _comparison(data: Mapping[str, Any], at: str, known: Known, depth: int) -> Line:
    kind, fact, path = left_of(data, known)
    aggregate = aggregate_kind(data)
    line = Line(
        at,
        "condition",
        [
            Field(
                at, "select", gettext("What is looked at"), {"value": chosen_left(data)}, lefts(data, known), do="left"
            )
        ],
    )
    if aggregate:
        _aggregate(line, data, aggregate, at, known, depth)
    elif "param" in data and "at" in data:
        line.parts.append(values.kept(data["at"]))
    current = chosen_operator(data)
    choices = fitting(kind, None if aggregate else fact, aggregate=bool(aggregate))
    if "fact" not in data:
        choices = [choice for choice in choices if choice.value not in (EXISTS, NOT_SET, CHANGED)]
    choices = _and_current(choices, current)
    line.parts.append(Field(at, "select", gettext("How it is compared"), {"value": current}, tuple(choices), do="op"))
    _right(line, data, at, known, kind=kind, fact=fact, path=path)
    return line


def _and_current(choices: list[Choice], current: str) -> list[Choice]:
    operator = operators.find(current)
    if operator is None:
        return list(with_current(choices, current))
    known = any(choice.value == current for choice in choices)
    return choices if known else [Choice(current, gettext(operator.title)), *choices]


def _right(
    line: Line, data: Mapping[str, Any], at: str, known: Known, *, kind: str | None, fact: Fact | None, path: str
) -> None:
    """What stands behind the operator, by the shape that the operator takes."""
    operator, inside = operators.find(str(data.get("op"))), join(at, "value")
    wanted = data.get("value")
    takes = operator.takes if operator else "value"
    chosen = operator is not None and operator.name == EXISTS and isinstance(wanted, bool)
    if takes == "nothing" or chosen:
        return
    if takes == "calendar" and isinstance(wanted, str):
        line.parts.append(values.calendar_field(wanted, inside))
    elif takes == "item" and isinstance(wanted, Mapping):
        its = KINDS.get(fact.of) if fact is not None and fact.of else None
        name = str(wanted.get("op"))
        choices = _and_current(fitting(its, None, member=True), name)
        line.parts.append(
            Field(inside, "select", gettext("How a member is compared"), {"value": name}, tuple(choices), do="op")
        )
        _right(line, wanted, inside, known, kind=its, fact=None, path="")
    elif takes == "pair" and isinstance(wanted, list) and len(wanted) == 2:
        first = values.value_parts(wanted[0], join(inside, 0), known, kind=kind, fact=fact, label=gettext("From"))
        second = values.value_parts(wanted[1], join(inside, 1), known, kind=kind, fact=fact, label=gettext("To"))
        line.parts += [*first, Word(gettext("and")), *second]
    elif takes == "list":
        parts, lines = values.list_lines(wanted, inside, known, kind=kind, fact=fact, hints=path)
        line.parts += parts
        line.lines += lines
        if isinstance(wanted, list) and not parts:
            line.more.append(Button(gettext("Add a value"), {"do": "add", "at": inside, "what": "value"}, "add"))
    elif "value" in data:
        if operator is not None and operator.name == "contains" and kind == "list":
            kind = KINDS.get(fact.of) if fact is not None and fact.of else None
            fact = None
        kind = operator.kind_taken(kind) if operator is not None else kind
        fact = None if takes in ("text", "pattern", "number", "flag") else fact
        line.parts += values.value_parts(wanted, inside, known, kind=kind, fact=fact, hints=path)


def _aggregate(line: Line, data: Mapping[str, Any], kind: str, at: str, known: Known, depth: int) -> None:
    """What an aggregate is over: its events and their stretch of time, the fact it takes, and its own condition."""
    if "within" in data or "since" in data:
        field = Field(
            join(at, kind), "select", gettext("Event"), {"value": str(data[kind])}, with_current(events(), data[kind])
        )
        of, unsaid = str(data.get("of", "")), "subject" if "of" not in data else None
        nouns = dict.fromkeys([*known.names(), "customer"])
        names = [Choice("" if name == unsaid else name, title_of_noun(name)) for name in nouns]
        line.parts += [
            field, Word(gettext("of the")),
            Field(join(at, "of"), "select", gettext("Of what"), {"value": of}, with_current(names, of)),
        ]  # fmt: skip
        stretch = (Choice("within", gettext("in the last")), Choice("since", gettext("since the last")))
        which = "within" if "within" in data else "since"
        line.parts.append(Field(at, "select", gettext("In which time"), {"value": which}, stretch, do="stretch"))
        if which == "within":
            line.parts += values.duration_field(data["within"], join(at, "within"), gettext("How long"))
        else:
            since = str(data["since"])
            line.parts.append(
                Field(join(at, "since"), "select", gettext("Event"), {"value": since}, with_current(events(), since))
            )
    row = known.in_row(source_of(data, kind))
    if kind != "count":
        takes = [choice for choice in row.facts() if choice.value.startswith("item.")]
        takes = [choice for choice in takes if (fact := row.fact(choice.value)) and KINDS.get(fact.kind) in TAKEN[kind]]
        take = str(data.get("take", ""))
        line.parts += [
            Word(gettext("of their")),
            Field(join(at, "take"), "select", gettext("Fact of each"), {"value": take}, with_current(takes, take)),
        ]
    if "if" in data:
        below = condition_line(data["if"], join(at, "if"), row, depth=depth + 1)
        for inner in below.walk():
            inner.asked = False
        below.parts.insert(0, Word(gettext("of which")))
        line.lines.append(below)
    else:
        line.more.append(
            Button(
                gettext("Only those of which…"), {"do": "add", "at": join(at, "if"), "what": "condition"}, "filter_alt"
            )
        )
