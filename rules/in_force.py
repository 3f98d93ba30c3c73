"""Which versions decide now, and the compiled rules of them, kept by content hash."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from rules import assignments
from rules.document.model import Document
from rules.inheriting import layer_of
from rules.keeping import Kept
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.contract import Matcher
from rules.matchers.durable import EngineMissing
from rules.matchers.reference import ReferenceMatcher
from rules.matching import MATCHERS, build_rules
from rules.overlays import HOUSE_LAYER, Effective, effective, over
from rules.rule import Rule
from rules.rule_sets import HOUSE, RuleSetVersion
from rules.segments import Assignments

log = logging.getLogger(__name__)
_SEGMENTS = {  # by the index of the keys: a comparison of texts in PostgreSQL goes by the database's language
    "postgresql": "key LIKE 'segment:%%'",
    "sqlite": "key BETWEEN 'segment:' AND 'segment;'",
}


@dataclass(frozen=True)
class Live:
    """The live version of one set: its row and its content hash. `house` is the version of the house on which an overlay
    stays that does not fit the newest one; `stays_in` the segment whose former version `segment` it stays on likewise."""

    version: int
    content_hash: str
    house: Live | None = None
    quarantined: bool = False  # its matchers disagreed: the reference decides alone
    stays_in: str = ""
    segment: Live | None = None


@dataclass(frozen=True)
class Compiled:
    """The rules of one set with their matchers; shared by all customers whose rules these are. `observing` are those
    that look at relations or at the past."""

    rules: dict[str, Rule]
    observing: tuple[Rule, ...]
    reference: ReferenceMatcher
    code: CompiledMatcher
    durable: Matcher | None


class Versions(dict[str, Live]):
    """Set key -> live version; with what customers were assigned to."""

    assignments: Assignments = {}


def live_versions(customers: Iterable[str], *, share: bool = False) -> Versions:
    """Set key -> live version, of the house, of all segments, and of those of `customers` that have a set of their own.

    `share` keeps publishers out until the transaction ends, so that a decision's version was live when it was made.
    """
    keys = [HOUSE, *sorted(set(customers) - {""})]
    chosen = f"(key IN ({', '.join(['%s'] * len(keys))}) OR {_SEGMENTS[connection.vendor]})"
    with connection.cursor() as cursor:
        if share and connection.vendor == "postgresql":
            # by itself: a join that waits here for a publisher would look for the new version among the old ones
            cursor.execute(
                f"SELECT 1 FROM rules_ruleset WHERE {chosen} ORDER BY key <> %s, key FOR SHARE", [*keys, HOUSE]
            )
        cursor.execute(
            "SELECT s.key, s.stays_in, v.id, v.content_hash, q.id, h.id, h.content_hash, r.id, g.id, g.content_hash, t.id "
            "FROM rules_ruleset s JOIN rules_rulesetversion v ON v.id = s.live_id "
            "LEFT JOIN rules_rulesetversion h ON h.id = s.stays_on_id "
            "LEFT JOIN rules_rulesetversion g ON g.id = s.stays_on_segment_id "
            "LEFT JOIN rules_incident q ON q.content_hash = v.content_hash "
            "LEFT JOIN rules_incident r ON r.content_hash = h.content_hash "
            "LEFT JOIN rules_incident t ON t.content_hash = g.content_hash "
            f"WHERE {chosen}",
            keys,
        )
        found = Versions((row[0], _live(*row[1:])) for row in cursor.fetchall())
    if HOUSE in found and CACHE.effective(found[HOUSE]).segments:
        found.assignments = assignments.of(keys[1:])
    return found


def _live(stays_in: str, *columns: Any) -> Live:
    """A version, and the former ones of the house and of a segment that it stays on: row, hash and incident of each."""
    own, house, segment = (columns[start : start + 3] for start in (0, 3, 6))
    former = [Live(row, digest, quarantined=bool(bad)) if row else None for row, digest, bad in (house, segment)]
    return Live(own[0], own[1], former[0], bool(own[2]), stays_in, former[1])


class Cache:
    """Compiled sets and effective rules of one worker, by content hash; what is evicted is closed.

    Compiled sets, and the documents and house rules behind them, go when they are more than `rules` rules together;
    effective rules of customers when they are of more than `customers`. Both are as configured unless given. Customers
    whose overlay is of parameters only share the rules of the house.
    """

    def __init__(self, *, rules: int | None = None, customers: int | None = None) -> None:
        self._lock = threading.Lock()
        config = settings.CONFIG
        most = rules or config.kept_rules
        self._documents: Kept[str, Document] = Kept(lambda: most, lambda found: len(found.rules) + 1)
        self._compiled: Kept[str, Compiled] = Kept(lambda: most, lambda found: len(found.rules) + 1, _close)
        self._bases: Kept[str, Effective] = Kept(lambda: most, lambda found: len(found.rules) + 1, self._forget)
        self._effective: Kept[tuple[str, ...], Effective] = Kept(
            lambda: customers or config.kept_customers, lambda _found: 1
        )

    def compiled(self, live: Live, layer: int) -> Compiled:
        """The compiled rules of a version."""
        with self._lock:
            found = self._compiled.get(live.content_hash)
            if found is None:
                rules = build_rules(self._document(live), layer)
                observing = tuple(rule for rule in rules if rule.sources)
                by_key = {rule.key: rule for rule in rules}
                made = Compiled(
                    by_key, observing, ReferenceMatcher(rules), CompiledMatcher(rules), _durable(rules, layer)
                )
                found = self._compiled.put(live.content_hash, made)
            return found

    def observing(self, house: Live, *overlays: Live) -> tuple[Rule, ...]:
        """The rules of a customer, changed and muted ones too, that look at relations or at the past."""
        found = self.compiled(house, HOUSE_LAYER).observing
        for overlay in overlays:
            with self._lock:
                document = self._document(overlay)
            if document.rules:
                found += self.compiled(overlay, layer_of(document)).observing
        changed = self.effective(house, *overlays).changed.values() if overlays else ()
        return (*found, *(rule for rule in changed if rule.sources)) if changed else found

    def effective(self, house: Live, *overlays: Live) -> Effective:
        """What a customer gets: the house rules with the changes of the overlays, the nearest to the customer last."""
        with self._lock:
            found = self._base(house)
            for last in range(1, len(overlays) + 1):
                key = (house.content_hash, *(live.content_hash for live in overlays[:last]))
                known = self._effective.get(key)
                if known is None:
                    made = over(found, self._document(house), self._document(overlays[last - 1]))
                    known = self._effective.put(key, _told(made))
                found = known
            return found

    def _base(self, house: Live) -> Effective:
        found = self._bases.get(house.content_hash)
        if found is None:
            found = self._bases.put(house.content_hash, _told(effective(self._document(house))))
        return found

    def _forget(self, house: str, _base: Effective) -> None:
        """What customers have of a house that is kept no more goes with it."""
        self._effective.drop_where(lambda key: key[0] == house)

    def _document(self, live: Live) -> Document:
        found = self._documents.get(live.content_hash)
        if found is None:
            version = RuleSetVersion.objects.get(pk=live.version)
            found = self._documents.put(live.content_hash, Document(version.document))
        return found


def _close(_hash: str, compiled: Compiled) -> None:
    if compiled.durable is not None:
        compiled.durable.close()


def _told(found: Effective) -> Effective:
    if found.problems:
        said = [str(problem) for problem in found.problems]
        log.warning("a customer's rules do not fit the house any more", extra={"problems": said})
    return found


def _durable(rules: list[Rule], layer: int) -> Matcher | None:
    """The second matcher of the house; None where it cannot be had, and for overlays, whose networks would be many."""
    if layer != HOUSE_LAYER:
        return None
    try:
        return MATCHERS["durable"](rules)
    except EngineMissing as missing:
        log.warning("rules are decided without the engine", extra={"reason": str(missing)})
    except Exception:
        log.exception("the engine could not compile the rules; they are decided without it")
    return None


CACHE = Cache()
