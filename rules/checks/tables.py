"""Checks tables of parameters: whether they cover the fact that they go by, and whether they are asked as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.catalog import Fact, Kind
from core.errors import nearest
from core.said import said
from rules.checks.scope import Finding, Scope
from rules.document.problem import join
from rules.tables import ELSE, is_table
from rules.values import ParamValue

_NO_KEYS = (Kind.MONEY, Kind.LIST)


def table(declared: Mapping[str, Any], pointer: str, catalog: Any) -> Iterator[Finding]:
    """What is wrong with the keys of a table that the house declares."""
    by = declared["type"]["by"]
    fact = find(by, catalog)
    written = declared["default"]
    if fact is not None and isinstance(written, dict):
        yield from keys(written, by, fact, join(pointer, "default"))
        yield from _covered(written, by, fact, join(pointer, "default"))
    elif isinstance(written, dict) and ELSE not in written:
        yield _open(by, join(pointer, "default"))


def keys(written: Mapping[str, Any], by: str, fact: Fact, pointer: str) -> Iterator[Finding]:
    """Keys that the fact never has."""
    known = _choices(fact)
    for key in written:
        if known and key not in (*known, ELSE):
            near = nearest(key, list(known)) or said(
                " Possible: {known}, {others}.", known=", ".join(known), others=ELSE
            )
            yield Finding(
                "error", join(pointer, key), said('{by} is never "{key}"; correct it.{near}', by=by, key=key, near=near)
            )


def lookup(asked: ParamValue, pointer: str, scope: Scope, declared: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with asking the parameter in this rule."""
    if not is_table(declared):
        if asked.at is not None:
            yield Finding(
                "error", join(pointer, "at"), said('the parameter "{name}" is no table; take "at" out', name=asked.name)
            )
        return
    by = declared["type"]["by"]
    if asked.at is None:
        says = said('the parameter "{name}" is a table by {by}; add at: {{fact: {by}}}', name=asked.name, by=by)
        yield Finding("error", join(pointer, "param"), says)
        return
    fact = scope.find(asked.at.path)
    if fact is not None and asked.at.path.text != by:
        yield from _covered(declared["default"], asked.at.path.text, fact, join(pointer, "at"))


def find(path: str, catalog: Any) -> Fact | None:
    """The declaration of a fact by its path, under whichever noun or event declares it."""
    noun = path.split(".")[0]
    found: Fact | None = catalog.facts_of(noun).get(path) if noun in catalog.machines else None
    own = (fact for kind in catalog.event_types for fact in kind.facts if fact.name == path)
    return found or next(own, None)


def _covered(written: Mapping[str, Any], by: str, fact: Fact, pointer: str) -> Iterator[Finding]:
    if fact.kind in _NO_KEYS:
        yield Finding(
            "error",
            pointer,
            said(
                "{by} is {kind}, which is no key of a table; go by text, a number or a state",
                by=by,
                kind=said(str(fact.kind)),
            ),
        )
    elif ELSE not in written and not (known := _choices(fact)):
        yield _open(by, pointer)
    elif ELSE not in written and (missing := [choice for choice in known if choice not in written]):
        yield Finding(
            "error",
            pointer,
            said('the table has nothing for {by} {missing}; add these or "else"', by=by, missing=", ".join(missing)),
        )


def _open(by: str, pointer: str) -> Finding:
    says = said("where {by} has a value that is not in the table, this is not set", by=by)
    return Finding("warning", pointer, said('{says}; add "else" if that should not be', says=says))


def _choices(fact: Fact) -> tuple[str, ...]:
    return ("true", "false") if fact.kind is Kind.BOOLEAN else fact.choices
