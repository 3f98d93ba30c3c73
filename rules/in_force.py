"""Which versions decide now, and the compiled rules of them, kept by content hash."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from rules.document.model import Document
from rules.matchers.contract import Matcher
from rules.matchers.durable import EngineMissing
from rules.matchers.reference import ReferenceMatcher
from rules.matching import MATCHERS, build_rules
from rules.overlays import CUSTOMER_LAYER, HOUSE_LAYER, Effective, effective
from rules.rule import Rule
from rules.rule_sets import HOUSE, RuleSetVersion

log = logging.getLogger(__name__)
KEPT_SETS = 256  # compiled rule sets that one worker keeps
KEPT_CUSTOMERS = 10_000  # effective rules that one worker keeps; those of customers without overlays are shared


@dataclass(frozen=True)
class Live:
    """The live version of one set: its row and its content hash. `house` is the version of the house on which an overlay
    stays that does not fit the newest one."""

    version: int
    content_hash: str
    house: Live | None = None


@dataclass(frozen=True)
class Compiled:
    """The rules of one set with both matchers; shared by all customers whose rules these are. `observing` are those
    that look at relations or at the past."""

    rules: dict[str, Rule]
    observing: tuple[Rule, ...]
    reference: ReferenceMatcher
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
            "SELECT s.key, v.id, v.content_hash, h.id, h.content_hash FROM rules_ruleset s "
            "JOIN rules_rulesetversion v ON v.id = s.live_id LEFT JOIN rules_rulesetversion h ON h.id = s.stays_on_id "
            f"WHERE s.key IN ({marks})",
            keys,
        )
        return {
            key: Live(version, digest, Live(house, of_house) if house else None)
            for key, version, digest, house, of_house in cursor.fetchall()
        }


class Cache:
    """Compiled sets and effective rules of one worker, by content hash; what is evicted is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._compiled: OrderedDict[str, Compiled] = OrderedDict()
        self._effective: OrderedDict[tuple[str, str], Effective] = OrderedDict()

    def compiled(self, live: Live, layer: int) -> Compiled:
        """The compiled rules of a version."""
        with self._lock:
            found = self._compiled.get(live.content_hash)
            if found is None:
                rules = build_rules(self._document(live), layer)
                observing = tuple(rule for rule in rules if rule.sources)
                by_key = {rule.key: rule for rule in rules}
                found = Compiled(by_key, observing, ReferenceMatcher(rules), _durable(rules))
                self._compiled[live.content_hash] = found
                while len(self._compiled) > KEPT_SETS:
                    _gone, old = self._compiled.popitem(last=False)
                    if old.durable is not None:
                        old.durable.close()
            self._compiled.move_to_end(live.content_hash)
            return found

    def observing(self, house: Live, overlay: Live | None) -> tuple[Rule, ...]:
        """The rules of a customer, changed and muted ones too, that look at relations or at the past."""
        found = self.compiled(house, HOUSE_LAYER).observing
        if overlay is None:
            return found
        changed = self.effective(house, overlay).changed
        own = self.compiled(overlay, CUSTOMER_LAYER).observing
        return (*found, *(rule for rule in changed.values() if rule.sources), *own)

    def effective(self, house: Live, overlay: Live | None) -> Effective:
        """What a customer gets: the house rules with the customer's changes."""
        key = (house.content_hash, overlay.content_hash if overlay else "")
        with self._lock:
            found = self._effective.get(key)
            if found is None:
                found = effective(self._document(house), self._document(overlay) if overlay else None)
                self._effective[key] = found
                if found.problems:
                    said = [str(problem) for problem in found.problems]
                    log.warning("a customer's rules do not fit the house any more", extra={"problems": said})
                if len(self._effective) > KEPT_CUSTOMERS:
                    self._effective.popitem(last=False)
            self._effective.move_to_end(key)
            return found

    def _document(self, live: Live) -> Document:
        found = self._documents.get(live.content_hash)
        if found is None:
            version = RuleSetVersion.objects.get(pk=live.version)
            found = self._documents[live.content_hash] = Document(version.document)
            if len(self._documents) > KEPT_SETS:
                self._documents.popitem(last=False)
        return found


def _durable(rules: list[Rule]) -> Matcher | None:
    """The second matcher; None where it cannot be had, and then the reference decides alone."""
    try:
        return MATCHERS["durable"](rules)
    except EngineMissing as missing:
        log.warning("rules are decided by the reference alone", extra={"reason": str(missing)})
    except Exception:
        log.exception("rules could not be compiled; the reference decides alone")
    return None


CACHE = Cache()
