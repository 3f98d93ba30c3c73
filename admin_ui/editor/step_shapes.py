"""What steps, their arguments and clauses begin with, and the kind of value that belongs at a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin_ui.editor.known import Known, action, calendars
from admin_ui.editor.lefts import left_of
from admin_ui.editor.shapes import condition, literal
from core import clock
from core.catalog import Fact
from core.permission import APPROVER
from rules.document.problem import split
from rules.operators import operators
from rules.step import ASK_WITHIN


def kind_at(rule: Any, at: str, known: Known) -> tuple[str | None, Fact | None]:
    """Of which kind the value at a place should be: by the comparison around it, or by the argument that it is."""
    place, around = rule, None
    parts = split(at)
    for number, part in enumerate(parts):
        if isinstance(place, Mapping) and part == "value" and "op" in place:
            around = place
        if isinstance(place, Mapping) and part == "percent":
            return "number", None
        if part == "with" and isinstance(place, Mapping) and number + 1 < len(parts):
            made = argument(place.get("do"), parts[number + 1], known)
            return (
                "money"
                if isinstance(made, dict)
                else "number"
                if isinstance(made, int) and not isinstance(made, bool)
                else "text"
            ), None
        place = place.get(part) if isinstance(place, Mapping) else place[int(part)] if isinstance(place, list) else None
    if around is None:
        return None, None
    kind, fact, _path = left_of(around, known)
    taken = operators.get(str(around["op"])).kind_taken(kind)
    return taken, fact if taken in (kind, "moment") else None


def step(old: Any, name: str, known: Known) -> dict[str, Any]:
    """A step that does something else: on what that can be done to, with the arguments that it needs."""
    doing = action(name)
    kept = dict(old) if isinstance(old, Mapping) else {}
    same, kept["do"] = kept.get("do") == name, name
    if doing is None or same:
        return kept
    nouns = dict[str, str | None](known.names()) | ({"item": known.scope.row} if known.scope.in_a_row else {})
    here = kept.get("target")
    fits = not doing.targets or any(
        noun in doing.targets for noun in ([nouns.get(str(here))] if here else known.scope.nouns)
    )
    if not fits:
        kept.pop("target", None)
        other = next(
            (target for target, noun in nouns.items() if noun in doing.targets and noun not in known.scope.nouns), None
        )
        kept |= {"target": other} if other else {}
    given = kept.pop("with", {})
    schema = doing.schema.get("properties", {})
    arguments = {key: item for key, item in given.items() if key in schema} if isinstance(given, Mapping) else {}
    arguments |= {key: argument(name, key, known) for key in doing.schema.get("required", ()) if key not in arguments}
    return kept | ({"with": arguments} if arguments else {})


def argument(name: Any, key: str, known: Known) -> Any:
    """A value to begin with for an argument of an action."""
    doing = action(name)
    schema = doing.schema.get("properties", {}).get(key, {}) if doing else {}
    if "enum" in schema:
        return schema["enum"][0]
    if key == "template":
        return known.texts[0] if known.texts else ""
    sort = schema.get("type")
    if set(schema.get("properties", {})) == {"minor", "currency"}:
        return literal("money")
    return {"integer": schema.get("minimum", 0), "number": 0, "boolean": True, "array": [""]}.get(str(sort), "")


def clause(what: str, known: Known, rule: Any, at: str) -> Any:
    """A clause of a rule or of a step, to begin with."""
    if what in ("if", "unless"):
        return condition(known)
    if what == "each":
        return next((choice.value for choice in known.relations()), "")
    if what == "needs":
        *above, _last = split(at)
        steps, place = _steps(rule, above[:-1]), int(above[-1])
        return next(
            (str(one.get("id", one.get("do"))) for one in reversed(steps[:place]) if isinstance(one, Mapping)), ""
        )
    return {
        "otherwise": True, "after": "1d", "hours": next((choice.value for choice in calendars()), ""),
        "if_refused": "skip", "ask": {"role": APPROVER, "within": ASK_WITHIN}, "offset": "1d", "clock": "10:00", "once": {"per": "subject", "every": "1d"},
        "limit": {"actions": 100, "within": "1h"}, "priority": 100, "locked": True, "tags": [""],
        "from": clock.today().isoformat(), "until": clock.today().isoformat(),
    }.get(what, "")  # fmt: skip


def _steps(rule: Any, above: list[str]) -> list[Any]:
    for part in above:
        rule = rule[int(part)] if isinstance(rule, list) else rule[part]
    return rule if isinstance(rule, list) else []
