"""The left side of a comparison: a fact, a parameter, or an aggregate; what it is, and what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor.known import Known, source_of
from admin_ui.editor.model import Choice
from admin_ui.editor.operator_words import NOT_SET
from core.catalog import Fact
from rules.checks.valuing import KINDS
from rules.values import aggregate_kind

WINDOW = "@events"


def chosen_operator(data: Mapping[str, Any]) -> str:
    """What the field of the operator holds."""
    return NOT_SET if data.get("op") == "exists" and data.get("value") is False else str(data.get("op"))


def left_of(data: Mapping[str, Any], known: Known) -> tuple[str | None, Fact | None, str]:
    """Kind, declaration and path of what stands on the left."""
    if aggregate := aggregate_kind(data):
        if aggregate == "count":
            return "number", None, ""
        taken = known.in_row(source_of(data, aggregate)).fact(data.get("take"))
        return (KINDS.get(taken.kind) if taken else None), None, ""
    if isinstance(data.get("param"), str):
        declared = [choice.value for choice in known.params_of(None)]
        kinds = ("text", "number", "boolean", "money", "list")
        name = data["param"]
        kind = next(
            (one for one in kinds if name in declared and any(c.value == name for c in known.params_of(one))), None
        )
        return kind, None, ""
    fact = known.fact(data.get("fact"))
    return (KINDS.get(fact.kind) if fact else None), fact, str(data.get("fact") or "")


def chosen_left(data: Mapping[str, Any]) -> str:
    """What the field of the left side holds: fact:order.total, param:days, count:customer.invoices, count:@events."""
    if kind := aggregate_kind(data):
        window = "within" in data or "since" in data
        return f"{kind}:{WINDOW if window else data[kind]}"
    return f"param:{data['param']}" if "param" in data else f"fact:{data.get('fact', '')}"


def lefts(data: Mapping[str, Any], known: Known) -> tuple[Choice, ...]:
    found = [Choice(f"fact:{choice.value}", choice.title, choice.group) for choice in known.facts()]
    if known.scope.in_a_row is False:
        much = gettext("How many, how much")
        for relation in known.relations():
            found.append(
                Choice(f"count:{relation.value}", gettext("the number of %(what)s") % {"what": relation.title}, much)
            )
            found.append(
                Choice(f"sum:{relation.value}", gettext("the sum over %(what)s") % {"what": relation.title}, much)
            )
        found.append(Choice(f"count:{WINDOW}", gettext("how often something happened"), much))
    found += [Choice(f"param:{choice.value}", choice.title, gettext("parameters")) for choice in known.params_of(None)]
    current = chosen_left(data)
    if all(choice.value != current for choice in found):
        kind, _, text = current.partition(":")
        words = {"sum": gettext("the sum over %(what)s"), "min": gettext("the least over %(what)s"),
                 "max": gettext("the most over %(what)s"), "count": gettext("the number of %(what)s")}  # fmt: skip
        what = {"what": gettext("what happened") if text == WINDOW else text}
        found.insert(0, Choice(current, words[kind] % what if kind in words else text or gettext("choose a fact")))
    return tuple(found)
