"""Steps as lines: an action, its target and arguments, and what it waits for or hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from admin_ui.argument_form import choice_of, label_of
from admin_ui.editor import values
from admin_ui.editor.conditions import condition_line
from admin_ui.editor.known import Known, action, actions, relation_of, with_current
from admin_ui.editor.model import Button, Choice, Field, Line, Word
from core.permission import ROLES
from rules.checks.acting import Doing
from rules.document.problem import join

Parts = list[Word | Field]
_CLAUSES = ("each", "if", "otherwise", "needs", "after", "hours", "ask", "unless", "if_refused", "id")
_MONEY = {"minor", "currency"}


def step_lines(steps: Any, at: str, known: Known, *, inside: bool = False) -> list[Line]:
    """The steps of a list, in the order in which they run; `inside` a block that is done for each row."""
    if not isinstance(steps, list):
        return [Line(at, "step", [values.kept(steps)])]
    return [_step(step, join(at, place), known, steps[:place], inside=inside) for place, step in enumerate(steps)]


def adding(at: str, *, inside: bool = False) -> list[Button]:
    """What can be added to a list of steps."""
    found = [Button(gettext("Add a step"), {"do": "add", "at": at, "what": "step"}, "add")]
    if not inside:
        found.append(Button(gettext("Add steps for each…"), {"do": "add", "at": at, "what": "block"}, "repeat"))
    return found


def _step(step: Any, at: str, known: Known, before: Sequence[Any], *, inside: bool) -> Line:
    if not isinstance(step, Mapping):
        return Line(at, "step", [values.kept(step)], buttons=_buttons(at))
    row = known.in_row(relation_of(step["each"])) if "each" in step else known
    if "then" in step:
        return _block(step, at, known, row)
    name = step.get("do")
    doing = action(name)
    line = Line(at, "step", buttons=_buttons(at))
    line.parts = [
        Field(at, "select", gettext("Action"), {"value": str(name or "")}, with_current(actions(), name), do="action")
    ]
    target = step.get("target", "")
    line.parts += [
        Word(gettext("on"), silent=not target),
        Field(join(at, "target"), "select", gettext("On what"), {"value": str(target)}, with_current(row.targets(), target), do="optional", silent=not target),
    ]  # fmt: skip
    line.lines += _arguments(step.get("with", {}), join(at, "with"), doing, row)
    for clause in _CLAUSES:
        if clause in step:
            line.lines.append(_clause(clause, step[clause], join(at, clause), known, row, before))
    line.lines += _rest(step, at, {"do", "target", "with", *_CLAUSES})
    line.more = _more(step, at, doing, before, inside=inside)
    return line


def _block(step: Mapping[str, Any], at: str, known: Known, row: Known) -> Line:
    line = Line(at, "step", [Word(gettext("for each of")), _relation(step.get("each"), join(at, "each"), known)])
    if "if" in step:
        line.lines.append(_clause("if", step["if"], join(at, "if"), known, row, ()))
    line.lines += step_lines(step["then"], join(at, "then"), row, inside=True)
    line.lines += _rest(step, at, {"each", "if", "then"})
    line.more = adding(join(at, "then"), inside=True)
    if "if" not in step:
        line.more.append(_add(at, "if", gettext("only if…")))
    line.buttons = _buttons(at)
    return line


def _relation(data: Any, at: str, known: Known) -> Field:
    written = "" if data is None else str(data)
    return Field(at, "select", gettext("Which ones"), {"value": written}, with_current(known.relations(), written))


def _arguments(given: Any, at: str, doing: Doing | None, known: Known) -> list[Line]:
    if not isinstance(given, Mapping):
        return [Line(at, "clause", [Word("with"), values.kept(given)], buttons=[_out(at)])]
    schema = doing.schema.get("properties", {}) if doing else {}
    required = doing.schema.get("required", ()) if doing else ()
    lines = []
    for name, value in given.items():
        inside = join(at, name)
        line = Line(inside, "clause", [Word(f"{_label(name, schema.get(name, {}))}:")])
        _argument(line, name, value, schema.get(name, {}), inside, known)
        if name not in required:
            line.buttons.append(_out(inside))
        lines.append(line)
    return lines


def _label(name: str, schema: Mapping[str, Any]) -> str:
    said = gettext(label_of(name, schema))
    return said[:1].lower() + said[1:]


def _argument(line: Line, name: str, value: Any, schema: Mapping[str, Any], at: str, known: Known) -> None:
    """The value of one argument, as its schema has it."""
    sort, label = schema.get("type"), _label(name, schema)
    listed = [*map(str, schema.get("enum", ()))] or (known.texts if name == "template" else [])
    if listed and isinstance(value, str):
        choices = with_current([Choice(one, gettext(choice_of(one))) for one in listed], value)
        line.parts.append(Field(at, "select", label, {"value": value}, choices))
    elif sort == "array" and isinstance(value, list):
        for place, item in enumerate(value):
            inside = join(at, place)
            parts = values.value_parts(item, inside, known, kind="text", label=label)
            line.lines.append(Line(inside, "part", parts, buttons=[_out(inside)]))
        line.more.append(Button(gettext("Add a value"), {"do": "add", "at": at, "what": "value"}, "add"))
    else:
        properties = schema.get("properties")
        kind = {"integer": "number", "number": "number", "boolean": "boolean", "string": "text"}.get(str(sort))
        kind = "money" if isinstance(properties, Mapping) and set(properties) == _MONEY else kind
        line.parts += values.value_parts(value, at, known, kind=kind, label=label)


def _clause(clause: str, data: Any, at: str, known: Known, row: Known, before: Sequence[Any]) -> Line:
    if clause in ("if", "unless"):
        line = condition_line(data, at, row if clause == "if" else known)
        words = {"if": gettext("only if"), "unless": gettext("unless meanwhile")}
        line.parts.insert(0, Word(words[clause]))
        for inner in line.walk():
            inner.asked = inner.asked and clause == "if" and row is known
        return line
    line = Line(at, "clause", buttons=[_out(at)])
    if clause == "each":
        line.parts = [Word(gettext("for each of")), _relation(data, at, known)]
    elif clause == "otherwise":
        line.parts = [Word(gettext("otherwise: where no condition of the steps before it is true"))]
    elif clause == "needs":
        names = [Choice(name, name) for name in map(_name, before) if name]
        line.parts = [
            Word(gettext("after this step is done:")),
            Field(at, "select", gettext("Step"), {"value": str(data)}, with_current(names, data)),
        ]
    elif clause == "after":
        line.parts = [Word(gettext("wait")), *values.span_parts(data, at, row, gettext("How long"))]
    elif clause == "hours":
        line.parts = [Word(gettext("only within")), values.calendar_field(data, at)]
    elif clause == "ask":
        line.parts = _asking(data, at)
    elif clause == "if_refused":
        line.parts = [Word(gettext("if it is refused, leave it out"))]
    else:
        line.parts = [
            Word(gettext("this step is called")),
            Field(at, "text", gettext("Name of the step"), {"value": str(data)}),
        ]
    return line


def _asking(data: Any, at: str) -> Parts:
    """Whom a step asks, and how long."""
    if not isinstance(data, Mapping) or not {"role"} <= set(data) <= {"role", "within"}:
        return [Word("ask:"), values.kept(data)]
    choices = with_current([Choice(role, role) for role in ROLES], data["role"])
    parts: Parts = [
        Word(gettext("after a yes of somebody with the role")),
        Field(join(at, "role"), "select", gettext("Role"), {"value": str(data["role"])}, choices),
    ]
    if "within" in data:
        parts += [
            Word(gettext("within")),
            *values.duration_field(data["within"], join(at, "within"), gettext("How long")),
        ]
    return parts


def _more(
    step: Mapping[str, Any], at: str, doing: Doing | None, before: Sequence[Any], *, inside: bool
) -> list[Button]:
    """What can be added to a step."""
    given = step.get("with", {})
    schema = doing.schema.get("properties", {}) if doing else {}
    found = [
        Button(name.replace("_", " "), {"do": "add", "at": join(at, "with", name), "what": "argument"})
        for name in schema
        if isinstance(given, Mapping) and name not in given
    ]
    titles = {
        "if": gettext("only if…"), "after": gettext("wait…"), "hours": gettext("only within opening hours"),
        "ask": gettext("ask a person before…"),
        "unless": gettext("unless meanwhile…"), "if_refused": gettext("leave it out if it is refused"),
        "id": gettext("a name for this step"),
    }  # fmt: skip
    if not inside:
        titles = {"each": gettext("for each…"), **titles}
    if before:
        titles |= {"needs": gettext("only after an earlier step"), "otherwise": gettext("otherwise")}
    return found + [_add(at, clause, title) for clause, title in titles.items() if clause not in step]


def _rest(step: Mapping[str, Any], at: str, told: set[str]) -> list[Line]:
    """What the editor has no words for stays as it is written."""
    return [
        Line(join(at, key), "clause", [Word(f"{key}:"), values.kept(value)], buttons=[_out(join(at, key))])
        for key, value in step.items()
        if key not in told
    ]


def _name(step: Any) -> str:
    return str(step.get("id", step.get("do", ""))) if isinstance(step, Mapping) else ""


def _buttons(at: str) -> list[Button]:
    return [
        Button(gettext("Move up"), {"do": "move", "at": at, "by": -1}, "arrow_upward"),
        Button(gettext("Move down"), {"do": "move", "at": at, "by": 1}, "arrow_downward"),
        _out(at),
    ]


def _out(at: str) -> Button:
    return Button(gettext("Take out"), {"do": "remove", "at": at}, "close")


def _add(at: str, clause: str, title: str) -> Button:
    return Button(title, {"do": "add", "at": join(at, clause), "what": clause})
