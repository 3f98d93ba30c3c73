"""One rule on the desk: what is edited, over what, and how it is shown. Knows nothing of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from admin_ui.editor.edits import BadEdit, edited
from admin_ui.editor.known import Known
from admin_ui.editor.model import Button, Choice, Field, Line, Section, Word, place_problems
from admin_ui.editor.pointers import get, put
from admin_ui.editor.sections import sections_of
from core import catalog
from core.money import Money
from rules import drafting
from rules.document.model import Document
from rules.document.problem import Problem
from rules.overlays import effective
from rules.seen_values import seen_values

Rule = dict[str, Any]
MAX_RULE = 500_000  # characters of a rule that a page may send


@dataclass
class Desk:
    """`document` is the set being changed; `former` the key that the rule has in it, empty for a new one; `inherited`
    the rule of the house that a customer's set changes, where it is one; `opened` the places of it that a person wants
    to change."""

    document: Document
    rule: Rule
    former: str = ""
    inherited: Rule | None = None
    opened: list[str] = field(default_factory=list)
    house: Document | None = None

    def __post_init__(self) -> None:
        self.house = drafting.house_of(self.document)

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters that the house declares."""
        return (self.house or self.document).params

    @property
    def values(self) -> Mapping[str, Any]:
        """What parameters are here."""
        own = {name: one["default"] for name, one in self.params.items() if isinstance(one, dict) and "default" in one}
        if self.house is None:
            return own
        return effective(self.house, Document({**self.document.data, "rules": [], "change": {}})).params

    def known(self) -> Known:
        texts = dict.fromkeys([*((self.house or self.document).texts), *self.document.texts])
        known = Known(self.rule.get("when"), self.params, texts)
        types = [name for name, kind in known.scope.types.items() if kind.noun in known.scope.nouns]
        seen = seen_values(types) if len(types) <= 10 else {}
        known.hints = lambda path: tuple(
            Choice(value, f"{value.replace('_', ' ')} ({count})") for value, count in seen.get(path, ())
        )
        return known

    def change(self, edit: Mapping[str, Any]) -> None:
        """Do one edit. Raises BadEdit."""
        at = edit.get("at")
        if edit.get("do") == "open" and isinstance(at, str):
            self.opened.append(at)
        elif edit.get("do") == "close" and isinstance(at, str) and self.inherited is not None:
            self._as_inherited(at)
        elif self.inherited is not None and self.inherited.get("locked"):
            raise BadEdit(gettext("the house has locked this rule"))
        else:
            self.rule = edited(self.rule, edit, self.known())

    def _as_inherited(self, at: str) -> None:
        """What the house has there again; where lists have become different, the whole rule."""
        self.opened = [place for place in self.opened if not f"{place}/".startswith(f"{at}/")]
        theirs = get(self.inherited, at, BadEdit)
        if theirs is BadEdit:
            self.rule = edited(self.rule, {"do": "remove", "at": at}, self.known())
        else:
            put(self.rule, at, theirs)

    def sections(self) -> tuple[list[Section], list[Problem]]:
        """The rule in sentences with its problems; and those problems for which no line is the place."""
        known = self.known()
        sections = sections_of(self.rule, known)
        problems = drafting.problems_of(self.document, self.rule, self.former, inherited=self.inherited is not None)
        left = place_problems(sections, problems)
        if self.inherited is not None:
            for section in sections:
                section.more = []
                for line in section.lines:
                    self._lock(line)
        return sections, left

    def _lock(self, line: Line) -> None:
        """Show an inherited line as read, unless it is changed or being changed."""
        own = self._is_own(line)
        if line.at and (own or any(f"{line.at}/".startswith(f"{place}/") for place in self.opened)):
            line.origin = gettext("this customer") if own else ""
            line.buttons = [Button(gettext("As the house has it"), {"do": "close", "at": line.at}, "undo")]
            for inner in line.lines:
                for each in inner.walk():
                    each.buttons = []
            return
        line.locked, line.origin, line.more = True, gettext("house"), []
        line.parts = [Word(part.text) if isinstance(part, Field) else part for part in line.parts]
        may = not (self.inherited or {}).get("locked") and line.at and line.at.split("/")[1] not in ("key", "priority")
        line.buttons = (
            [Button(gettext("Change for this customer"), {"do": "open", "at": line.at}, "edit")] if may else []
        )
        for inner in line.lines:
            self._lock(inner)

    def _is_own(self, line: Line) -> bool:
        """Whether something of the line itself is otherwise than the house has it, and not only of the lines below it."""
        below = (inner for each in line.lines for inner in each.walk())
        return self._differs(line.at) and not any(self._differs(inner.at) for inner in below)

    def _differs(self, at: str) -> bool:
        return get(self.rule, at) != get(self.inherited, at)


def a_new_rule(when: str, chosen: Mapping[str, Any]) -> Rule:
    """A rule to begin with, from a past event: of its type, with conditions on the facts that were chosen."""
    conditions = [{"fact": path, "op": "eq", "value": _as_written(value)} for path, value in chosen.items()]
    rule: Rule = {"key": "", "title": "", "when": when}
    if conditions:
        rule["if"] = conditions[0] if len(conditions) == 1 else {"all": conditions}
    return rule | {"then": []}


def _as_written(value: Any) -> Any:
    """A fact as rules write it: money as {money: "500.00 RON"}."""
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return {"money": str(Money.from_fact(value))}
    return value


def types_of(known: Known) -> list[str]:
    """The declared event types that the rule is about."""
    return [name for name in known.scope.types if catalog.event_types.find(name) is not None]
