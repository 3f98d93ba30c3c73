"""Which versions decide now, and the compiled rules of them, kept by content hash."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from rules.document.model import Document
from rules.keeping import Kept
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.contract import Matcher
from rules.matchers.durable import EngineMissing
from rules.matchers.reference import ReferenceMatcher
from rules.matching import MATCHERS, build_rules
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, Effective, effective, over
from rules.rule import Rule
from rules.rule_sets import HOUSE, RuleSetVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """The live version of one set: its row and its content hash. `house` is the version of the house on which an overlay
    stays that does not fit the newest one."""

    version: int
    content_hash: str
    house: Live | None = None
    quarantined: bool = False  # its matchers disagreed: the reference decides alone


@dataclass(frozen=True)
class Compiled:
    """The rules of one set with their matchers; shared by all customers whose rules these are. `observing` are those
    that look at relations or at the past."""

    rules: dict[str, Rule]
    observing: tuple[Rule, ...]
    reference: ReferenceMatcher
    code: CompiledMatcher
    durable: Matcher | None


def live_versions(customers: Iterable[str], *, share: bool = False) -> dict[str, Live]:
    """Set key -> live version, of the house and of those of `customers` that have a set of their own.

    `share` keeps publishers out until the transaction ends, so that a decision's version was live when it was made.
    """
    keys = [HOUSE, *sorted(set(customers) - {""})]
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        if share and connection.vendor == "postgresql":
            # by itself: a join that waits here for a publisher would look for the new version among the old ones
            cursor.execute(
                f"SELECT 1 FROM rules_ruleset WHERE key IN ({marks}) ORDER BY key <> %s, key FOR SHARE", [*keys, HOUSE]
            )
        cursor.execute(
            "SELECT s.key, v.id, v.content_hash, h.id, h.content_hash, q.id, r.id FROM rules_ruleset s "
            "JOIN rules_rulesetversion v ON v.id = s.live_id LEFT JOIN rules_rulesetversion h ON h.id = s.stays_on_id "
            "LEFT JOIN rules_incident q ON q.content_hash = v.content_hash "
            "LEFT JOIN rules_incident r ON r.content_hash = h.content_hash "
            f"WHERE s.key IN ({marks})",
            keys,
        )
        return {
            key: Live(version, digest, Live(house, of_house, None, bool(worse)) if house else None, bool(bad))
            for key, version, digest, house, of_house, bad, worse in cursor.fetchall()
        }


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
        self._effective: Kept[tuple[str, str], Effective] = Kept(
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

    def observing(self, house: Live, overlay: Live | None) -> tuple[Rule, ...]:
        """The rules of a customer, changed and muted ones too, that look at relations or at the past."""
        found = self.compiled(house, HOUSE_LAYER).observing
        if overlay is None:
            return found
        mine = self.effective(house, overlay)
        own = self.compiled(overlay, CUSTOMER_LAYER).observing if mine.own else ()
        return (*found, *(rule for rule in mine.changed.values() if rule.sources), *own)

    def effective(self, house: Live, overlay: Live | None) -> Effective:
        """What a customer gets: the house rules with the customer's changes."""
        with self._lock:
            base = self._base(house)
            if overlay is None:
                return base
            key = (house.content_hash, overlay.content_hash)
            found = self._effective.get(key)
            if found is None:
                made = over(base, self._document(house), self._document(overlay))
                found = self._effective.put(key, _told(made))
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
