"""What may be chosen in one rule: events, facts, relations, actions, parameters, texts and calendars that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext

from admin_ui import states
from admin_ui.argument_form import choice_of
from admin_ui.editor.model import Choice
from core import catalog
from core.catalog import EventType, Fact, Kind
from rules.aggregates import ITEM
from rules.checks.acting import Doing
from rules.checks.acting import find as find_action
from rules.checks.acting import names as action_names
from rules.checks.scope import TRANSITION, Scope
from rules.checks.valuing import KINDS
from rules.document.problem import Misplaced
from rules.facts import ENVELOPE, FactPath
from rules.params import kind_of_param
from rules.rule import build_rule
from rules.sources import Relation, Source, Window

Hints = Callable[[str], tuple[Choice, ...]]
CURRENCIES = ("RON", "EUR", "USD")


def no_hints(path: str) -> tuple[Choice, ...]:
    return ()


class Known:
    """For one rule: `params` as its house declares them, names of `texts`, and `hints` of what facts were before."""

    def __init__(
        self, when: Any, params: Mapping[str, Any], texts: Iterable[str] = (), hints: Hints = no_hints
    ) -> None:
        self.scope = _scope(when)
        self.params = params
        self.texts = tuple(texts)
        self.hints = hints

    def in_row(self, source: Source | None) -> Known:
        """What may be chosen inside a row."""
        made = Known("", self.params, self.texts, self.hints)
        made.scope = self.scope.in_row(source) if source is not None else self.scope
        return made

    def fact(self, path: Any) -> Fact | None:
        """The declaration of a fact, where one is known."""
        return self.scope.find(FactPath.parse(path)) if isinstance(path, str) and path else None

    def facts(self, kind: str | None = None) -> list[Choice]:
        """Facts that the events of the rule carry; of one kind, where it is given."""
        found = [
            Choice(path, title_of_fact(path, fact), title_of_noun(path.partition(".")[0]))
            for path, fact in self.scope.facts.items()
            if kind is None or KINDS.get(fact.kind) == kind or fact.kind is Kind.ANY
        ]
        if kind in (None, "text"):
            about = gettext("the event itself")
            found += [Choice(f"event.{name}", f"event.{name}", about) for name in ENVELOPE]
            found += [
                Choice(f"transition.{name}", f"transition.{name}", about) for name in TRANSITION if self.scope.nouns
            ]
        return found

    def dates(self) -> list[Choice]:
        """Facts that are a date or a time."""
        found = [path for path, fact in self.scope.facts.items() if fact.kind in (Kind.MOMENT, Kind.DATE)]
        own = [Choice(p, title_of_fact(p, self.scope.facts[p]), title_of_noun(p.partition(".")[0])) for p in found]
        return [*own, Choice("event.at", gettext("the time of the event"), gettext("the event itself"))]

    def names(self) -> dict[str, str]:
        """What the events of the rule know by name -> its noun."""
        return {name: noun for own in sorted(self.scope.nouns) for name, noun in self.scope.named(own).items()}

    def targets(self) -> list[Choice]:
        """What a step can be done to."""
        names = self.names()
        subject = " / ".join(sorted({title_of_noun(noun) for noun in self.scope.nouns})) or gettext("the subject")
        found = [Choice("", gettext("it (%(noun)s)") % {"noun": subject})]
        if self.scope.in_a_row:
            row = title_of_noun(self.scope.row) if self.scope.row else gettext("row")
            found.append(Choice(ITEM, gettext("each one (%(noun)s)") % {"noun": row}))
        own = {"subject", *self.scope.nouns}
        others = dict.fromkeys(name for name in [*names, "customer"] if name not in own)
        return found + [Choice(name, title_of_noun(name)) for name in others]

    def relations(self) -> list[Choice]:
        """Lists of related objects: customer.invoices."""
        found: dict[str, Choice] = {}
        for name, noun in self.names().items():
            machine = catalog.machines.find(noun)
            for relation in machine.relations.values() if machine and name != "subject" else ():
                path = f"{name}.{relation.name}"
                about = {"owner": title_of_noun(name), "relation": gettext(choice_of(relation.name))}
                found[path] = Choice(path, gettext("%(relation)s of the %(owner)s") % about, title_of_noun(name))
        return list(found.values())

    def relation_noun(self, source: Source) -> str | None:
        return self.scope.row_noun(source)

    def params_of(self, kind: str | None) -> list[Choice]:
        """Parameters of one kind of value."""
        return [
            Choice(name, title_of_param(name, declared))
            for name, declared in self.params.items()
            if isinstance(declared, Mapping) and (kind is None or _kind_of(declared) == kind)
        ]


def _kind_of(declared: Mapping[str, Any]) -> str | None:
    try:
        return kind_of_param(declared)
    except (KeyError, TypeError, IndexError):
        return None


def _scope(when: Any) -> Scope:
    try:
        return Scope(build_rule({"key": "rule", "when": when}))
    except (Misplaced, KeyError, TypeError, ValueError, AttributeError):
        return Scope(build_rule({"key": "rule", "when": ""}))


def source_of(data: Mapping[str, Any], kind: str) -> Source | None:
    """What an aggregate is over, as far as it is written already."""
    text = data.get(kind)
    if not isinstance(text, str):
        return None
    if "within" in data or "since" in data:
        return Window(text)
    return relation_of(text)


def relation_of(text: Any) -> Relation | None:
    try:
        return Relation.parse(text, "") if isinstance(text, str) else None
    except Misplaced:
        return None


def events(about: str = "") -> list[Choice]:
    """Every declared event, by its noun; only those of one noun where it is given."""
    return list(_events(about, get_language(), len(catalog.event_types)))


@lru_cache(maxsize=256)
def _events(about: str, _language: str | None, _declared: int) -> tuple[Choice, ...]:
    found = [kind for kind in catalog.event_types if not about or kind.noun == about]
    return tuple(Choice(kind.name, title_of_event(kind), title_of_noun(kind.name.partition(".")[0])) for kind in found)


def actions() -> list[Choice]:
    """Every action and every transition, by the noun in its name."""
    return list(_actions(get_language(), len(catalog.actions), len(catalog.machines)))


@lru_cache(maxsize=8)
def _actions(_language: str | None, _declared: int, _machines: int) -> tuple[Choice, ...]:
    found = [(name, catalog.actions.find(name)) for name in action_names(catalog)]
    return tuple(
        Choice(name, f"{title_of_noun(name.partition('.')[0])}: {spec.title if spec else name}", title_of_noun(name.partition(".")[0]))
        for name, spec in found
    )  # fmt: skip


def action(name: Any) -> Doing | None:
    return find_action(name, catalog) if isinstance(name, str) else None


def calendars() -> list[Choice]:
    return [Choice(name, name.replace("-", " ")) for name in catalog.calendars.names()]


def nouns() -> list[Choice]:
    """Machines that rules can be about."""
    return [Choice(machine.noun, str(machine.title)) for machine in catalog.machines]


def states_of(noun: str) -> list[Choice]:
    machine = catalog.machines.find(noun)
    return [Choice(state, states.title_of(noun, state)) for state in machine.states] if machine else []


def title_of_noun(name: str) -> str:
    machine = catalog.machines.find(name)
    return str(machine.title) if machine else name.replace("_", " ")


def title_of_event(kind: EventType) -> str:
    noun, title = title_of_noun(kind.name.partition(".")[0]), str(kind.title or kind.name)
    return title if title.startswith(noun) or not kind.noun else f"{noun}: {title}"


def title_of_fact(path: str, fact: Fact) -> str:
    owner, _, rest = path.partition(".")
    return f"{title_of_noun(owner)}: {fact.title or rest.replace('_', ' ')}" if rest else path


def title_of_param(name: str, declared: Mapping[str, Any]) -> str:
    title = declared.get("title")
    return f"{name}: {title}" if isinstance(title, str) and title else name


def with_current(choices: Iterable[Choice], current: Any) -> tuple[Choice, ...]:
    """The choices, and what stands there now first where it is none of them."""
    found = tuple(choices)
    if not isinstance(current, str) or any(choice.value == current for choice in found):
        return found
    return (Choice(current, current or "…"), *found)
