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
from rules.overlays import effective


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
    """Match every event by the house rules, and those of a customer with a set of their own by these. Raises BadRules."""
    tally = Tally(matched={rule["key"]: [] for document in documents for rule in document.rules})
    sets = _compiled(documents, matcher)
    try:
        for event in events:
            rules, params = sets.get(event.get("customer") or "house") or sets["house"]
            tally.events += 1
            for key in rules.match(event, params):
                tally.matched[key].append(event["id"])
    finally:
        for rules, _ in sets.values():
            rules.close()
    return tally


def _compiled(documents: Sequence[Document], matcher: str) -> dict[str, tuple[Matcher, dict[str, Any]]]:
    """Matcher and parameters by set; the house is there always."""
    house = next((document for document in documents if document.set == "house"), Document({"rules": []}))
    found: dict[str, tuple[Matcher, dict[str, Any]]] = {}
    for document in (house, *(document for document in documents if document is not house)):
        if document.set in found:
            continue
        mine = effective(house, None if document is house else document)
        if mine.problems:
            raise BadRules(mine.problems)
        found[document.set] = compile_rules(mine.rules, matcher), mine.params
    return found
