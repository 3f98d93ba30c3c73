"""History from a file through rules from a file: which events each rule is true of. Pure; nothing is performed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.history_file import read_history
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.matchers.columnar import ColumnarMatcher, Unreadable
from rules.matchers.contract import Matcher
from rules.matchers.digest import digest
from rules.matching import compile_rules
from rules.observing import resolved
from rules.overlays import effective
from rules.past import Past
from rules.rule import Rule

FASTEST = "columnar"  # of those that are exact for a file


@dataclass
class Tally:
    """How many `events` were seen, and the ids of those that each rule matched, in the order of the rules."""

    events: int = 0
    matched: dict[str, list[str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, dict[str, Any]]:
        """{key: {"matches": n, "sha256": hex}}; the hash is over the ids, sorted bytewise and joined by newlines."""
        return {key: {"matches": len(ids), "sha256": digest(ids)} for key, ids in self.matched.items()}


def backtest_file(documents: Sequence[Document], path: Path, matcher: str = FASTEST) -> tuple[int, dict[str, Any]]:
    """How many events a history file has, and {key: {"matches": n, "sha256": hex}} as Tally.as_data() gives it.

    Whole columns are asked where they can tell everything: for the house alone, where no rule looks at the past. Else, and
    where the file must be refused with a sentence, it is read line by line. Raises BadRules, BadHistory and OSError.
    """
    if matcher == "columnar":
        if (told := _by_columns(documents, path)) is not None:
            return told
        matcher = "compiled"
    tally = backtest(documents, read_history(path), matcher)
    return tally.events, tally.as_data()


def _by_columns(documents: Sequence[Document], path: Path) -> tuple[int, dict[str, Any]] | None:
    if len(documents) != 1 or documents[0].set != "house" or not path.is_file():  # a pipe is read only once
        return None
    mine = effective(documents[0])
    if mine.problems or any(rule.sources for rule in mine.rules):
        return None
    try:
        events, found = ColumnarMatcher(mine.rules).match_file(path, mine.params)
    except Unreadable:
        return None
    keys = [rule["key"] for rule in documents[0].rules]
    return events, {key: {"matches": found[key].matches, "sha256": found[key].sha256} for key in keys}


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
