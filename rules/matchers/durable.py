"""The matcher that stands on durable_rules. Whatever goes wrong in the engine, the reference answers instead."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.errors import PravilaError
from rules.facts import View
from rules.matchers.engine import AVAILABLE
from rules.matchers.group import Group
from rules.matchers.reference import ReferenceMatcher
from rules.patterns import fits, is_pattern
from rules.rule import Rule

MAX_FAILURES = 3
MAX_RULES = 2_500  # in networks of one matcher, which take about 37 MiB for a thousand
log = logging.getLogger(__name__)


class EngineMissing(PravilaError):
    """durable_rules cannot be imported here. Use Python 3.11 or 3.12, or the reference matcher."""

    status = 501
    code = "engine-missing"


class DurableMatcher:
    """Rules grouped by what stands in their `when`; a group is compiled when the first event of it comes. Groups that would
    be more than MAX_RULES together with those before them are never compiled: the reference answers for their events.

    `fallbacks` counts events that the reference answered because the engine failed; after MAX_FAILURES the engine is
    not asked again.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        if not AVAILABLE:
            raise EngineMissing
        self.reference = ReferenceMatcher(rules)
        self.rules = self.reference.rules
        self.fallbacks = 0
        self._open, self._compiled = True, 0
        self._lock = threading.Lock()
        self._groups: dict[str, Group] = {}
        self._numbers: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for when in dict.fromkeys(rule.when):
                self._numbers.setdefault(when, []).append(number)
        self._patterns = [when for when in self._numbers if is_pattern(when)]
        self._names = lru_cache(maxsize=4096)(self._fitting)

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        kind = event.get("type")
        if type(kind) is not str:
            return []
        view = View(event, params)
        found: set[int] = set()
        with self._lock:
            if not self._open:
                return self.reference.match(event, params)
            for when in self._names(kind):
                try:
                    if (group := self._group(when)) is None:
                        return self.reference.match(event, params)
                    found |= group.match(view)
                except Exception:  # noqa: BLE001 - a half-drained network is never trusted again
                    self._fail(when)
                    return self.reference.match(event, params)
        rules = (self.rules[number] for number in sorted(found))
        return [rule.key for rule in rules if rule.in_force(event)]

    def close(self) -> None:
        with self._lock:
            self._open = False
            while self._groups:
                self._groups.popitem()[1].close()

    def _fitting(self, kind: str) -> list[str]:
        named = [kind] if kind in self._numbers and not is_pattern(kind) else []
        return named + [when for when in self._patterns if fits(when, kind)]

    def _group(self, when: str) -> Group | None:
        group, numbers = self._groups.get(when), self._numbers[when]
        if group is None and self._compiled + len(numbers) <= MAX_RULES:
            self._compiled += len(numbers)
            group = self._groups[when] = Group([(number, self.rules[number]) for number in numbers])
        return group

    def _fail(self, when: str) -> None:
        """Forget the group that failed; its memory stays with the engine, which is safer than to touch it again."""
        self.fallbacks += 1
        log.warning("the engine failed on %s; the reference answers", when, exc_info=True)
        self._groups.pop(when, None)
        if self.fallbacks >= MAX_FAILURES:
            self._open = False
