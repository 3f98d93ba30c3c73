"""What a rule hangs on, as lines: events, a date, some time in a state, or a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor import values
from admin_ui.editor.known import Known, events, nouns, states_of, title_of_fact, title_of_noun, with_current
from admin_ui.editor.model import Button, Choice, Field, Line, Word
from core import catalog
from core.catalog import Kind
from rules.document.problem import join


def sort_of(when: Any) -> str:
    """event, date, state or schedule."""
    if isinstance(when, Mapping):
        return next((key for key in ("date", "state", "schedule") if key in when), "event")
    return "event"


def when_lines(when: Any, known: Known) -> list[Line]:
    """The lines of `when`, the first of which chooses its sort."""
    at, sort = "/when", sort_of(when)
    sorts = (
        Choice("event", gettext("this happens")), Choice("date", gettext("a date comes")),
        Choice("state", gettext("something is in a state for a while")), Choice("schedule", gettext("the clock says so")),
    )  # fmt: skip
    line = Line(
        at,
        "when",
        [
            Field(
                at,
                "select",
                gettext("What it hangs on"),
                {"value": sort},
                sorts,
                do="when",
                silent=sort in ("event", "date"),
            )
        ],
    )
    if not isinstance(when, Mapping):
        return [line, *_events(when, at)]
    known_keys = {
        "date": ("date", "offset", "at"),
        "state": ("state", "for", "at"),
        "schedule": ("schedule", "each", "in"),
    }
    if sort == "event" or not set(when) <= set(known_keys[sort]):
        line.parts.append(values.kept(when))
        return [line]
    if sort == "schedule":
        return [line, *_schedule(when, at)]
    key, span = ("date", "offset") if sort == "date" else ("state", "for")
    inside = join(at, key)
    choices = _dates() if sort == "date" else _states()
    field = Field(inside, "select", gettext("Which"), {"value": str(when[key])}, with_current(choices, when[key]))
    line.parts.append(field)
    return [line, *_spans(when, at, span, known, sort), *_clock(when, at)]


def _events(when: Any, at: str) -> list[Line]:
    several = isinstance(when, list)
    found = []
    for place, name in enumerate(when if several else [when]):
        inside = join(at, place) if several else at
        if not isinstance(name, str):
            found.append(Line(inside, "part", [values.kept(name)]))
            continue
        parts: list[Word | Field] = [Word(gettext("or"))] if place else []
        parts.append(Field(inside, "select", gettext("Event"), {"value": name}, with_current(events(), name)))
        line = Line(inside, "part", parts)
        if several and len(when) > 1:
            line.buttons.append(Button(gettext("Take out"), {"do": "remove", "at": inside}, "close"))
        found.append(line)
    if found:
        found[-1].more = [Button(gettext("Or another event"), {"do": "add", "at": at, "what": "event"}, "add")]
    return found


def _dates() -> list[Choice]:
    return [
        Choice(f"{machine.noun}.{fact.name}", title_of_fact(f"{machine.noun}.{fact.name}", fact), str(machine.title))
        for machine in catalog.machines
        for fact in machine.facts
        if fact.kind in (Kind.DATE, Kind.MOMENT)
    ]


def _states() -> list[Choice]:
    return [
        Choice(f"{machine.noun}.{state.value}", f"{title_of_noun(machine.noun)}: {state.title}", str(machine.title))
        for machine in catalog.machines
        for state in states_of(machine.noun)
    ]


def _spans(when: Mapping[str, Any], at: str, key: str, known: Known, sort: str) -> list[Line]:
    """How long before or after a date, or how long in a state: one duration, several, or a parameter."""
    inside, label = join(at, key), gettext("How long")
    if key not in when:
        return [
            Line(
                inside,
                "part",
                more=[
                    Button(gettext("some time before or after…"), {"do": "add", "at": inside, "what": "offset"}, "add")
                ],
            )
        ]
    written = when[key]
    several = isinstance(written, list)
    lines = []
    for place, item in enumerate(written if several else [written]):
        where = join(inside, place) if several else inside
        parts: list[Word | Field] = (
            [Word(gettext("and again"))] if place else [] if sort == "date" else [Word(gettext("for"))]
        )
        if isinstance(item, Mapping):
            parts += values.span_parts(item, where, known, label)
        else:
            parts += values.duration_field(item, where, label, sides=sort == "date")
        line = Line(where, "part", parts)
        if several or sort == "date":
            line.buttons.append(Button(gettext("Take out"), {"do": "remove", "at": where}, "close"))
        lines.append(line)
    if lines and not isinstance(written, Mapping):
        lines[-1].more = [Button(gettext("And again…"), {"do": "add", "at": inside, "what": "another span"}, "add")]
    return lines


def _clock(when: Mapping[str, Any], at: str) -> list[Line]:
    inside = join(at, "at")
    if "at" not in when:
        return [
            Line(
                inside,
                "part",
                more=[Button(gettext("at a time of day…"), {"do": "add", "at": inside, "what": "clock"}, "schedule")],
            )
        ]
    field = Field(inside, "text", gettext("Time of day"), {"value": str(when["at"])})
    return [
        Line(
            inside,
            "part",
            [Word(gettext("at")), field],
            buttons=[Button(gettext("Take out"), {"do": "remove", "at": inside}, "close")],
        )
    ]


def _schedule(when: Mapping[str, Any], at: str) -> list[Line]:
    inside = join(at, "schedule")
    written = str(when["schedule"])
    lines = [
        Line(
            inside,
            "part",
            [
                Word(gettext("minute, hour, day, month, weekday:")),
                Field(inside, "text", gettext("Schedule"), {"value": written}),
            ],
        )
    ]
    each = str(when.get("each", ""))
    choices = (Choice("", gettext("no object")), *with_current(nouns(), each))
    line = Line(
        join(at, "each"),
        "part",
        [
            Word(gettext("for each")),
            Field(join(at, "each"), "select", gettext("For each"), {"value": each}, choices, do="optional"),
        ],
    )
    lines.append(line)
    if each:
        taken = when.get("in", [])
        known = tuple(states_of(each))
        if (
            isinstance(taken, list)
            and all(isinstance(one, str) for one in taken)
            and len(set(taken)) == len(taken)
            and set(taken) <= {c.value for c in known}
        ):
            field = Field(join(at, "in"), "checks", gettext("States"), {}, known, do="set-list", taken=tuple(taken))
            lines.append(Line(join(at, "in"), "part", [Word(gettext("in the state")), field]))
        else:
            lines.append(Line(join(at, "in"), "part", [values.kept(taken)]))
    elif "in" in when:
        lines.append(Line(join(at, "in"), "part", [values.kept(when["in"])]))
    return lines
