"""What else a rule says of itself: once, limit, group, its time in force, and what is for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor import values
from admin_ui.editor.known import Known, events, title_of_noun, with_current
from admin_ui.editor.model import Button, Choice, Field, Line, Word
from rules.document.problem import join

ORDER = ("once", "limit", "group", "priority", "from", "until", "locked", "owner", "tags", "note")


def titles() -> dict[str, str]:
    return {
        "once": gettext("not too often…"), "limit": gettext("stops itself beyond…"),
        "group": gettext("only the first of a group…"), "priority": gettext("runs earlier or later…"),
        "from": gettext("in force from…"), "until": gettext("in force until…"),
        "locked": gettext("customers cannot change it"), "owner": gettext("who looks after it…"),
        "tags": gettext("tags…"), "note": gettext("a note…"),
    }  # fmt: skip


def clause_lines(rule: Mapping[str, Any], known: Known) -> list[Line]:
    """A line for each clause that the rule has, in a fixed order; those that nobody knows stay as they are written."""
    lines = [_line(key, rule[key], f"/{key}", known) for key in ORDER if key in rule]
    other = [key for key in rule if key not in (*ORDER, "key", "title", "when", "if", "then")]
    for key in other:
        at = join("", key)
        lines.append(Line(at, "clause", [Word(f"{key}:"), values.kept(rule[key])], buttons=[_out(at)]))
    return lines


def adding(rule: Mapping[str, Any]) -> list[Button]:
    return [
        Button(title, {"do": "add", "at": f"/{key}", "what": key}) for key, title in titles().items() if key not in rule
    ]


def _line(key: str, data: Any, at: str, known: Known) -> Line:
    line = Line(at, "clause", buttons=[_out(at)])
    if key == "once":
        line.parts = _once(data, at, known)
    elif key == "limit":
        line.parts = _limit(data, at)
    elif key == "locked":
        line.parts = [Word(gettext("no customer's rules may change it, mute it or run before it"))]
        line.parts += [] if data is True else [values.kept(data)]
    elif key == "tags" and isinstance(data, list):
        line.parts = [Word(gettext("tags:"))]
        for place, tag in enumerate(data):
            inside = join(at, place)
            line.lines.append(Line(inside, "part", [_text(tag, inside, gettext("Tag"))], buttons=[_out(inside)]))
        line.more = [Button(gettext("Add a value"), {"do": "add", "at": at, "what": "value"}, "add")]
    elif key == "priority":
        line.parts = [Word(gettext("runs in the place (100 unless given, lower is earlier)"))]
        whole = isinstance(data, int) and not isinstance(data, bool)
        line.parts.append(
            Field(at, "number", gettext("Place"), {"value": str(data)}, do="set-number") if whole else values.kept(data)
        )
    else:
        words = {
            "group": gettext("of this group only the first true rule acts:"), "from": gettext("in force from"),
            "until": gettext("in force until the end of"), "owner": gettext("looked after by"), "note": gettext("note:"),
        }  # fmt: skip
        line.parts = [Word(words.get(key, key))]
        dated = key in ("from", "until") and isinstance(data, str) and len(data) in (0, 10)
        line.parts.append(
            Field(at, "date", words[key], {"value": str(data)}) if dated else _text(data, at, words.get(key, key))
        )
    return line


def _text(data: Any, at: str, label: str) -> Word | Field:
    if not isinstance(data, str):
        return values.kept(data)
    return Field(at, "long" if "\n" in data or len(data) > 120 else "text", label, {"value": data})


def _once(data: Any, at: str, known: Known) -> list[Word | Field]:
    if (
        not isinstance(data, Mapping)
        or not set(data) <= {"per", "every", "again_after"}
        or {"every", "again_after"} <= set(data)
    ):
        return [Word("once:"), values.kept(data)]
    per = str(data.get("per", ""))
    names = [Choice("subject", gettext("object it is about"))]
    names += [
        Choice(name, title_of_noun(name)) for name in dict.fromkeys([*known.names(), "customer"]) if name != "subject"
    ]
    how = how_often(data)
    hows = (
        Choice("every", gettext("once in")), Choice("again_after", gettext("once, and again only after")),
        Choice("ever", gettext("once for ever")),
    )  # fmt: skip
    parts: list[Word | Field] = [
        Word(gettext("for each")), Field(join(at, "per"), "select", gettext("For each"), {"value": per}, with_current(names, per)),
        Field(at, "select", gettext("How often"), {"value": how}, hows, do="once"),
    ]  # fmt: skip
    if how == "every":
        parts += values.duration_field(data["every"], join(at, "every"), gettext("How long"))
    elif how == "again_after":
        event = str(data["again_after"])
        parts.append(
            Field(join(at, "again_after"), "select", gettext("Event"), {"value": event}, with_current(events(), event))
        )
    return parts


def how_often(once: Mapping[str, Any]) -> str:
    return next((key for key in ("every", "again_after") if key in once), "ever")


def _limit(data: Any, at: str) -> list[Word | Field]:
    if not isinstance(data, Mapping) or set(data) != {"actions", "within"} or type(data["actions"]) is not int:
        return [Word("limit:"), values.kept(data)]
    return [
        Word(gettext("stops itself and asks a person beyond")),
        Field(join(at, "actions"), "number", gettext("Actions"), {"value": str(data["actions"])}, do="set-number"),
        Word(gettext("actions within")), *values.duration_field(data["within"], join(at, "within"), gettext("How long")),
    ]  # fmt: skip


def _out(at: str) -> Button:
    return Button(gettext("Take out"), {"do": "remove", "at": at}, "close")
