"""One rule of a change request by itself: looking at it, its problems while it is edited, and putting it into the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from core.said import said
from rules.changing import changed, changes_between
from rules.checks import check
from rules.document.check import check_document
from rules.document.model import Document
from rules.document.problem import Problem
from rules.document.source import Unreadable
from rules.document.splicing import CannotSplice, Spliced, splice
from rules.document.yaml_text import read_yaml
from rules.reading import live_document
from rules.rule_sets import HOUSE

Rule = dict[str, Any]
_PLACE = "/rules/0"


@lru_cache(maxsize=8)
def document_in(text: str) -> Document:
    """The document in the text of a change request, as it stands. Raises CannotSplice where it cannot be read. The newest
    are kept, so it must not be changed."""
    try:
        documents = [data for data, _lines in read_yaml(text)]
    except Unreadable as unreadable:
        raise CannotSplice(
            said("the text cannot be read: {message}; mend it as text", message=unreadable.message)
        ) from None
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise CannotSplice(said("this text is no set of rules; mend it as text"))
    document = Document(documents[0])
    if wrong := [problem for problem in check_document(document) if not problem.pointer.startswith("/rules/")]:
        raise CannotSplice(said("the text cannot be used: {message}; mend it as text", message=wrong[0].message))
    return document


def house_of(document: Document) -> Document | None:
    """The house over which an overlay stands; none for the house itself."""
    return (live_document(HOUSE) or Document({"rules": []})) if document.set != HOUSE else None


def rule_of(document: Document, key: str) -> Rule | None:
    """The rule of this key in a document."""
    rules = document.data.get("rules")
    found = rules if isinstance(rules, list) else []
    return next((rule for rule in found if isinstance(rule, dict) and rule.get("key") == key), None)


def problems_of(document: Document, rule: Rule, former: str, *, inherited: bool = False) -> list[Problem]:
    """What is wrong with a rule as it is edited, by places in the rule. `former` is the key that it had in the
    document; `inherited` says that it is a rule of the house as the document changes it."""
    house = house_of(document)
    source = house if inherited and house is not None else document
    others = [one for one in source.rules if isinstance(one, dict) and one.get("key") != former]
    found = []
    if any(one.get("key") == rule.get("key") for one in others):
        found.append(
            Problem(
                "error", "", "/key", said('there is a rule "{rule}" already; write another key', rule=rule.get("key"))
            )
        )
    group = rule.get("group")
    beside = [one for one in others if group and one.get("group") == group]
    own: dict[str, Any] = {name: source.data[name] for name in ("params", "texts") if name in source.data}
    alone = Document({"set": source.set, **own, "rules": [rule, *beside]})
    below = []
    if house is not None and not inherited:
        around = [one for one in house.rules if group and one.get("group") == group]
        below = [Document({**house.data, "rules": around})]
    told = (one for one in check([*below, alone]) if f"{one.pointer}/".startswith(f"{_PLACE}/"))
    return found + [replace(one, pointer=one.pointer.removeprefix(_PLACE), line=None) for one in told]


def with_rule(text: str, document: Document, rule: Rule, former: str) -> Spliced:
    """The text with a rule in the place of the one that was called `former`, or behind all others. Raises CannotSplice."""
    rules = [dict(one) if isinstance(one, dict) else one for one in document.data.get("rules") or []]
    place = next((n for n, one in enumerate(rules) if isinstance(one, dict) and one.get("key") == former), None)
    if place is None:
        rules.append(rule)
    else:
        rules[place] = rule
    return splice(text, {**document.data, "rules": rules})


def without_rule(text: str, document: Document, key: str) -> Spliced:
    """The text without a rule. Raises CannotSplice."""
    rules = [one for one in document.data.get("rules") or [] if not (isinstance(one, dict) and one.get("key") == key)]
    return splice(text, {**document.data, "rules": rules})


def with_change(text: str, document: Document, rule: Rule, inherited: Rule) -> Spliced:
    """The text of an overlay that makes `rule` of the one it inherits. Raises CannotSplice."""
    changes = changes_between(inherited, rule)
    all_changes = {name: item for name, item in document.change.items() if name != inherited["key"]}
    if changes:
        all_changes = {**document.change, inherited["key"]: changes}
    data = {**document.data, "change": all_changes}
    if not all_changes:
        data.pop("change")
    return splice(text, data)


def as_changed(document: Document, inherited: Rule) -> Rule:
    """A rule of the house as an overlay has it now."""
    changes = document.change.get(inherited["key"])
    return changed(inherited, changes)[0] if isinstance(changes, Mapping) else inherited
