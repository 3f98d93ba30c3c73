"""A whole rule as sections: When, If, Then, And; each with its lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor import clauses, conditions, steps, values
from admin_ui.editor.known import Known
from admin_ui.editor.model import Field, Section, Word
from admin_ui.editor.pointers import get
from admin_ui.editor.reading import READ
from admin_ui.editor.whens import when_lines

_NOTHING = object()


def sections_of(rule: Mapping[str, Any], known: Known) -> list[Section]:
    """The rule, as far as it is written, in sentences. Whatever stands in it, something is shown for it."""
    found = [
        Section("when", gettext("When"), gettext("what the rule hangs on"), when_lines(rule.get("when", ""), known)),
        _if(rule, known),
        Section(
            "then", gettext("Then"), gettext("what follows, in this order"),
            steps.step_lines(rule.get("then", []), "/then", known), steps.adding("/then"),
        ),
        Section("and", gettext("And"), gettext("how often, until when, and what people should know"), clauses.clause_lines(rule, known), clauses.adding(rule)),
    ]  # fmt: skip
    for section in found:
        for first in section.lines:
            for line in first.walk():
                line.parts = [_kept(part, rule) if isinstance(part, Field) else part for part in line.parts]
    return found


def _kept(field: Field, rule: Mapping[str, Any]) -> Field | Word:
    """A field that would read back as something else than what stands there is only shown."""
    here = get(rule, field.at, _NOTHING)
    if here is _NOTHING or not (field.do.startswith("set") or field.do == "optional"):
        return field
    sort = field.do.removeprefix("set-") if field.do.startswith("set-") else "text"
    read = list(field.taken) if sort == "list" else READ[sort](field.parts)
    return field if json.dumps(read) == json.dumps(here) else values.kept(here)


def sentence_of(rule: Mapping[str, Any], known: Known) -> str:
    """The rule as one sentence for people: When … If … Then …"""
    told = []
    for section in sections_of(rule, known)[:3]:
        said = "; ".join(line.text for line in section.lines if line.text)
        if said:
            told.append(f"{section.title} {said}")
    return ". ".join(told) + "."


def _if(rule: Mapping[str, Any], known: Known) -> Section:
    note = gettext("without a condition it holds for every such event")
    if "if" not in rule:
        return Section("if", gettext("If"), note, [], conditions.adding("/if")[:1])
    line = conditions.condition_line(rule["if"], "/if", known)
    grouped = isinstance(rule["if"], Mapping) and any(key in rule["if"] for key in conditions.GROUPS)
    return Section("if", gettext("If"), note, [line], [] if grouped else conditions.adding("/if"))
