"""History from a file through rules from a file: which events each rule is true of. Pure; nothing is performed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.document.model import Document
from rules.document.problem import BadRules
from rules.matchers.contract import Matcher
from rules.matching import compile_rules
from rules.observing import resolved
from rules.overlays import effective
from rules.past import Past
from rules.rule import Rule


@dataclass
class Tally:
    """How many `events` were seen, and the ids of those that each rule matched, in the order of the rules."""

    events: int = 0
    matched: dict[str, list[str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, dict[str, Any]]:
        """{key: {"matches": n, "sha256": hex}}; the hash is over the ids, sorted bytewise and joined by newlines."""
        return {key: {"matches": len(ids), "sha256": digest(ids)} for key, ids in self.matched.items()}


def digest(ids: Iterable[str]) -> str:
    return hashlib.sha256(b"\n".join(sorted(found.encode() for found in ids))).hexdigest()


def backtest(documents: Sequence[Document], events: Iterable[Mapping[str, Any]], matcher: str = "reference") -> Tally:
    """Match every event by the house rules, and those of a customer with a set of their own by these. Aggregates see the
    events up to each in the file. Raises BadRules, also for rules that look at relations."""
    tally = Tally(matched={rule["key"]: [] for document in documents for rule in document.rules})
    sets = _compiled(documents, matcher)
    try:
        past = Past(rule for found in sets.values() for rule in found.observing)
        for event in events:
            found = sets.get(event.get("customer") or "house") or sets["house"]
            tally.events += 1
            past.add(event)
            for key in found.matcher.match(resolved(event, found.observing, found.params, past), found.params):
                tally.matched[key].append(event["id"])
    finally:
        for found in sets.values():
            found.matcher.close()
    return tally


@dataclass(frozen=True)
class _Set:
    """One set, compiled with its parameters, and those of its rules that look at the past."""

    matcher: Matcher
    params: dict[str, Any]
    observing: tuple[Rule, ...]


def _compiled(documents: Sequence[Document], matcher: str) -> dict[str, _Set]:
    """What is needed of each set, by its key; the house is there always."""
    house = next((document for document in documents if document.set == "house"), Document({"rules": []}))
    found: dict[str, _Set] = {}
    for document in (house, *(document for document in documents if document is not house)):
        if document.set in found:
            continue
        mine = effective(house, None if document is house else document)
        if mine.problems:
            raise BadRules(mine.problems)
        observing = tuple(rule for rule in mine.rules if rule.sources)
        found[document.set] = _Set(compile_rules(mine.rules, matcher), mine.params, observing)
    return found
