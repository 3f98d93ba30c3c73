"""The right side of a comparison, and any other value: literals by kind, parameters, facts, shares, dates, aggregates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.argument_form import choice_of
from admin_ui.editor.known import CURRENCIES, Known, calendars, with_current
from admin_ui.editor.model import Button, Choice, Field, Line, Word
from core.catalog import Fact, Kind
from rules.document.problem import join
from rules.values import aggregate_kind

Parts = list[Word | Field]
_DURATION = re.compile(r"(-?)(.*?)(mo|wd|m|h|d|w)")
_MONEY = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")


def units() -> tuple[Choice, ...]:
    return (
        Choice("m", gettext("minutes")), Choice("h", gettext("hours")), Choice("d", gettext("days")),
        Choice("w", gettext("weeks")), Choice("mo", gettext("months")), Choice("wd", gettext("working days")),
    )  # fmt: skip


def shape_of(data: Any) -> str:
    """value, param, fact, percent, date, aggregate, or other where it is none of these."""
    if not isinstance(data, Mapping) or set(data) == {"money"}:
        return "value"
    if aggregate_kind(data):
        return "aggregate"
    return next((key for key in ("param", "fact", "percent", "date") if key in data), "other")


def value_parts(
    data: Any, at: str, known: Known, *, kind: str | None, fact: Fact | None = None, hints: str = "", label: str = ""
) -> Parts:
    """Fields for a value that should be of this kind; `fact` is what it is compared with, `hints` the path of that."""
    shape = shape_of(data)
    label = label or gettext("Value")
    parts: Parts = []
    shapes = _shapes(kind, known, shape)
    if len(shapes) > 1:
        parts.append(
            Field(at, "select", gettext("What stands here"), {"value": shape}, tuple(shapes), do="shape", silent=True)
        )
    if shape == "param":
        return [*parts, *_param(data, at, kind, known)]
    if shape == "fact":
        choices = with_current(known.facts(kind), data.get("fact"))
        parts.append(Field(join(at, "fact"), "select", gettext("Fact"), {"value": str(data.get("fact"))}, choices))
        return parts + (
            [Word(gettext("or %(value)s") % {"value": shown(data["default"])}, kept=True)] if "default" in data else []
        )
    if shape == "percent":
        parts += value_parts(data.get("percent"), join(at, "percent"), known, kind="number", label=gettext("Per cent"))
        return [*parts, Word(gettext("% of")), *value_parts(data.get("of"), join(at, "of"), known, kind=kind)]
    if shape == "date":
        return [*parts, *_date(data, at, known)]
    if shape in ("aggregate", "other"):
        return [*parts, kept(data)]
    return [*parts, *literal_parts(data, at, known, kind=kind, fact=fact, hints=hints, label=label)]


def literal_parts(
    data: Any, at: str, known: Known, *, kind: str | None, fact: Fact | None, hints: str, label: str
) -> Parts:
    """Fields for a value that is written out."""
    if isinstance(data, Mapping) or (data is None and kind == "money"):
        return [money_field(data, at, label)]
    if isinstance(data, list):
        return [kept(data)]
    if isinstance(data, bool):
        yes_no = (Choice("true", gettext("yes")), Choice("false", gettext("no")))
        return [Field(at, "select", label, {"value": str(data).lower()}, yes_no, do="set-flag")]
    if isinstance(data, int | float):
        return [Field(at, "number", label, {"value": json.dumps(data)}, do="set-number")]
    if data is None:
        return [kept(data)]
    if kind == "money":
        return [money_field({"money": str(data)}, at, label)]
    if kind == "number":
        return [Field(at, "number", label, {"value": str(data)}, do="set-number")]
    return [text_field(str(data), at, known, fact=fact, hints=hints, label=label)]


def _named(fact: Fact, seen: Iterable[Choice]) -> list[Choice]:
    """The values that a fact may have; those that history has with how often."""
    often = {choice.value: choice.title[len(choice.value) :] for choice in seen}
    return [Choice(value, gettext(choice_of(value)) + often.get(value, "")) for value in fact.choices]


def text_field(data: str, at: str, known: Known, *, fact: Fact | None, hints: str, label: str) -> Field:
    """Text: chosen where its values are known, else typed, with what history has as a hint."""
    seen = known.hints(hints) if hints else ()
    if fact is not None and fact.choices:
        choices = _named(fact, seen)
        return Field(at, "select", label, {"value": data}, with_current(choices, data))
    if (
        fact is not None
        and fact.kind in (Kind.DATE, Kind.MOMENT)
        and (not data or re.fullmatch(r"\d{4}-\d\d-\d\d", data))
    ):
        return Field(at, "date", label, {"value": data})
    return Field(at, "long" if "\n" in data or len(data) > 120 else "text", label, {"value": data}, hints=seen)


def money_field(data: Any, at: str, label: str) -> Field:
    written = str(data.get("money", "")) if isinstance(data, Mapping) else ""
    found = _MONEY.fullmatch(written)
    amount, _, currency = written.rpartition(" ")
    parts = {"amount": found[1], "currency": found[2]} if found else {"amount": amount, "currency": currency}
    choices = with_current([Choice(one, one) for one in CURRENCIES], parts["currency"])
    return Field(at, "money", label, parts, choices, do="set-money")


def duration_field(data: Any, at: str, label: str, *, sides: bool = False) -> Parts:
    """A duration by its amount and unit; with `sides` also whether it is before or after something."""
    found = _DURATION.fullmatch(data or "1d") if isinstance(data, str) else None
    if found is None and isinstance(data, Mapping | list):
        return [kept(data)]
    parts = {"amount": found[2], "unit": found[3]} if found else {"amount": str(data or ""), "unit": "d"}
    choices = units()
    if sides:
        parts["side"] = "before" if found and found[1] else "after"
        choices = (*choices, Choice("before", gettext("before")), Choice("after", gettext("after")))
    elif found and found[1]:
        parts["amount"] = f"-{found[2]}"
    return [Field(at, "duration", label, parts, choices, do="set-duration")]


def span_parts(data: Any, at: str, known: Known, label: str) -> Parts:
    """A duration, or the parameter that holds one."""
    if isinstance(data, Mapping) and "param" in data:
        return [_shape_of_span("param", at), *_param(data, at, None, known)]
    has = any(known.params_of("text"))
    return [*([_shape_of_span("value", at)] if has else []), *duration_field(data, at, label)]


def list_lines(
    data: Any, at: str, known: Known, *, kind: str | None, fact: Fact | None, hints: str
) -> tuple[Parts, list[Line]]:
    """The members of a list: boxes to tick where its values are known, else one below the other."""
    if not isinstance(data, list):
        return value_parts(data, at, known, kind=kind, fact=fact), []
    texts = [item for item in data if isinstance(item, str)]
    if (
        fact is not None
        and fact.choices
        and len(texts) == len(data) == len(set(texts))
        and set(texts) <= set(fact.choices)
    ):
        choices = tuple(_named(fact, known.hints(hints)))
        return [Field(at, "checks", gettext("Values"), {}, choices, do="set-list", taken=tuple(texts))], []
    lines = []
    for place, item in enumerate(data):
        inside = join(at, place)
        parts = value_parts(item, inside, known, kind=kind, fact=fact, hints=hints)
        lines.append(Line(inside, "part", parts, buttons=[_remove(inside)]))
    return [], lines


def calendar_field(data: Any, at: str) -> Field:
    return Field(at, "select", gettext("Calendar"), {"value": str(data)}, with_current(calendars(), data))


def kept(data: Any) -> Word:
    """What the editor shows, and leaves as it is."""
    return Word(shown(data), kept=True)


def shown(data: Any) -> str:
    if isinstance(data, Mapping) and set(data) == {"money"}:
        return str(data["money"])
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _remove(at: str) -> Button:
    return Button(gettext("Take out"), {"do": "remove", "at": at}, "close")


def _shape_of_span(shape: str, at: str) -> Field:
    choices = (Choice("value", gettext("this long")), Choice("param", gettext("a parameter")))
    return Field(at, "select", gettext("What stands here"), {"value": shape}, choices, do="shape-span", silent=True)


def _shapes(kind: str | None, known: Known, current: str) -> list[Choice]:
    found = [Choice("value", gettext("this value"))]
    if known.params_of(kind) or current == "param":
        found.append(Choice("param", gettext("a parameter")))
    found.append(Choice("fact", gettext("another fact")))
    if kind in ("number", "money") or current == "percent":
        found.append(Choice("percent", gettext("a share of")))
    if kind == "moment" or current == "date":
        found.append(Choice("date", gettext("a date")))
    if current in ("aggregate", "other"):
        found.append(Choice(current, gettext("as it is written")))
    return found


def _param(data: Mapping[str, Any], at: str, kind: str | None, known: Known) -> Parts:
    name = str(data.get("param"))
    choices = with_current(known.params_of(kind), name)
    parts: Parts = [Field(join(at, "param"), "select", gettext("Parameter"), {"value": name}, choices)]
    declared = known.params.get(name)
    if "at" in data:
        path = data["at"].get("fact") if isinstance(data["at"], Mapping) else None
        if isinstance(path, str):
            field = Field(
                join(at, "at", "fact"), "select", gettext("Fact"), {"value": path}, with_current(known.facts(), path)
            )
            parts += [Word(gettext("for")), field]
        else:
            parts.append(kept(data["at"]))
    elif isinstance(declared, Mapping) and "default" in declared:
        parts.append(Word(f"({shown(declared['default'])})"))
    return parts


def _date(data: Mapping[str, Any], at: str, known: Known) -> Parts:
    path = data.get("date")
    parts: Parts = []
    if "offset" in data:
        parts += duration_field(data["offset"], join(at, "offset"), gettext("How long"), sides=True)
    parts.append(
        Field(join(at, "date"), "select", gettext("Date"), {"value": str(path)}, with_current(known.dates(), path))
    )
    return parts
