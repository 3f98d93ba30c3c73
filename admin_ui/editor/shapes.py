"""What a part of a rule becomes when something else is chosen for it: as much as fits is kept, the rest is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin_ui.editor.clauses import how_often
from admin_ui.editor.known import CURRENCIES, Known, calendars, source_of
from admin_ui.editor.lefts import WINDOW, chosen_left, chosen_operator, left_of
from admin_ui.editor.operator_words import NOT_SET, fitting
from admin_ui.editor.values import shape_of
from admin_ui.editor.whens import sort_of
from core import clock
from core.catalog import Fact, Kind
from rules.aggregates import TAKEN
from rules.checks.valuing import KINDS
from rules.operators import EXISTS, operators
from rules.values import AGGREGATES, aggregate_kind


def condition(known: Known) -> dict[str, Any]:
    """A condition to begin with: about the subject's first fact with choices, mostly its state."""
    facts = [path for path in known.scope.facts if path.startswith("item.")] or list(known.scope.facts)
    path = next((path for path in facts if known.scope.facts[path].choices), facts[0] if facts else "event.type")
    fact = known.fact(path)
    return {"fact": path, "op": "eq", "value": literal(KINDS.get(fact.kind) if fact else "text", fact)}


def literal(kind: str | None, fact: Fact | None = None) -> Any:
    """A value to begin with."""
    if fact is not None and fact.choices:
        return fact.choices[0]
    if kind == "moment" or (fact is not None and fact.kind in (Kind.DATE, Kind.MOMENT)):
        return clock.today().isoformat()
    if kind == "money":
        return {"money": f"0.00 {CURRENCIES[0]}"}
    return {"number": 0, "boolean": True, "list": []}.get(kind or "", "")


def left(data: Any, chosen: str, known: Known) -> dict[str, Any]:
    """A comparison of something else: its operator and value stay where they fit."""
    old = data if isinstance(data, Mapping) else {}
    if chosen == chosen_left(old):
        return dict(old)
    sort, _, name = chosen.partition(":")
    made: dict[str, Any] = {sort: name}
    if sort in AGGREGATES:
        if name == WINDOW:
            made = {"count": "", "of": "customer", "within": "7d"}
        elif sort != "count":
            row = known.in_row(source_of(made, sort))
            takes = [
                path
                for path, fact in row.scope.facts.items()
                if path.startswith("item.") and KINDS.get(fact.kind) in TAKEN[sort]
            ]
            made["take"] = takes[0] if takes else ""
        made |= {"if": old["if"]} if "if" in old and aggregate_kind(old) else {}
    kind, fact, _path = left_of(made, known)
    former, former_fact, _path = left_of(old, known) if old else (None, None, "")
    fits = {choice.value for choice in fitting(kind, fact, aggregate=sort in AGGREGATES)}
    op = old.get("op") if old.get("op") in fits and former == kind else "gte" if kind in ("number", "money") else "eq"
    op = op if op in fits else next(iter(sorted(fits)), "eq")
    same = former == kind and op == old.get("op") and not (fact and fact.choices and former_fact != fact)
    made["op"] = op
    return made | (
        {"value": old["value"]} if same and "value" in old else _wanted(str(op), literal(kind, fact), kind, fact)
    )


def operator(data: Mapping[str, Any], chosen: str, known: Known) -> dict[str, Any]:
    """The same comparison with another operator; its value in the shape which that takes."""
    if chosen == chosen_operator(data):
        return dict(data)
    name = EXISTS if chosen == NOT_SET else chosen
    own = {key: item for key, item in data.items() if key not in ("op", "value")}
    if name == EXISTS:
        return {**own, "op": name, "value": chosen != NOT_SET}
    kind, fact, _path = left_of(data, known)
    old = data.get("value")
    former, other = operators.find(str(data.get("op"))), operators.get(name)
    if former is not None and former.takes == other.takes and "value" in data:
        return {**own, "op": name, "value": old}
    one = old[0] if isinstance(old, list) and old else old
    usable = former is not None and former.takes in ("value", "number", "list", "pair", "text", "pattern")
    kinds = {each.kind_taken(kind) for each in (former, other) if each is not None} - {None}
    usable = usable and one is not None and len(kinds) < 2
    return {**own, "op": name, **_wanted(name, one if usable else literal(kind, fact), kind, fact)}


def _wanted(name: str, one: Any, kind: str | None, fact: Fact | None) -> dict[str, Any]:
    """The right side of an operator, around one value."""
    takes = operators.get(name).takes
    if takes == "nothing":
        return {}
    if name == "contains" and kind == "list":
        return {
            "value": literal(KINDS.get(fact.of) if fact is not None and fact.of else "text")
            if isinstance(one, list)
            else one
        }
    shaped: dict[str, Any] = {
        "flag": True, "list": [one], "pair": [one, one], "item": {"op": "eq", "value": ""},
        "calendar": next((choice.value for choice in calendars()), ""), "moment": literal("moment"),
    }  # fmt: skip
    if takes in ("text", "pattern"):
        return {"value": one if isinstance(one, str) else ""}
    if takes == "number":
        return {"value": one if isinstance(one, int | float | Mapping) and not isinstance(one, bool) else 0}
    return {"value": shaped.get(takes, one)}


def value(shape: str, old: Any, known: Known, kind: str | None, fact: Fact | None) -> Any:
    """A value of another shape."""
    if shape == shape_of(old):
        return old
    if shape == "param":
        return {"param": next((choice.value for choice in known.params_of(kind)), "")}
    if shape == "fact":
        return {"fact": next((choice.value for choice in known.facts(kind)), "")}
    if shape == "percent":
        return {
            "percent": 100,
            "of": old
            if shape_of(old) in ("fact", "param")
            else {"fact": next((choice.value for choice in known.facts(kind)), "")},
        }
    if shape == "date":
        return {"date": known.dates()[0].value, "offset": "1d"}
    return literal(kind, fact)


def span(old: Any, shape: str, known: Known) -> Any:
    """A duration, or the first parameter that may hold one."""
    if shape == shape_of(old):
        return old
    if shape != "param":
        return "1d"
    durations = [name for name, declared in known.params.items() if "duration" in str(declared.get("type"))]
    return {"param": durations[0] if durations else next((choice.value for choice in known.params_of(None)), "")}


def when(old: Any, sort: str, known: Known) -> Any:
    """Another sort of what a rule hangs on."""
    if sort == sort_of(old):
        return old
    noun = next(iter(sorted(known.scope.nouns)), "invoice")
    if sort == "date":
        return {"date": f"{noun}.created_at", "offset": "1d"}
    if sort == "state":
        return {"state": f"{noun}.", "for": "1d"}
    return {"schedule": "0 8 * * *"} if sort == "schedule" else ""


def once(old: Any, how: str, known: Known) -> dict[str, Any]:
    if isinstance(old, Mapping) and how == how_often(old):
        return dict(old)
    own = {"per": old.get("per", "subject")} if isinstance(old, Mapping) else {"per": "subject"}
    return own | {"every": {"every": "1d"}, "again_after": {"again_after": ""}}.get(how, {})


def stretch(old: Mapping[str, Any], which: str, known: Known) -> dict[str, Any]:
    if which in old:
        return dict(old)
    own = {key: item for key, item in old.items() if key not in ("within", "since")}
    return {**own, which: "7d" if which == "within" else ""}
