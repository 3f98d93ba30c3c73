"""What keeps rules from acting now beside the rules themselves: switches, exemptions, and what is used up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import clock
from core.registry import Registry
from rules import exemptions, switches
from rules.deriving import due_in
from rules.durations import Duration
from rules.eligibility import Cause
from rules.exemptions import Exemptions
from rules.kinds import as_moment
from rules.once import why_used
from rules.planning import PlannedAction
from rules.rule import Rule
from rules.sources import ref_of

# what of their own rooms above ask before a rule acts: (rule, its set, when, position of the event, how many actions) -> why not, by the name of the cause
spending: Registry[Callable[[Rule, str, datetime, int, int], str | None]] = Registry("limit of rules")


@dataclass(frozen=True)
class Keeping:
    """`off` and `exempt` as they are; `position` is that of the event in the log, one beyond all for a made-up one."""

    off: Mapping[str, str]
    exempt: Exemptions
    position: int = 2**63 - 1

    def before(self, rule: Rule, rule_set: str, event: Mapping[str, Any]) -> Iterator[Cause]:
        yield from switches.causes(self.off, rule_set, rule.key)
        if self.exempt:
            yield from exemptions.causes(self.exempt, event, rule.key, rule.group)

    def after(
        self, rule: Rule, rule_set: str, event: Mapping[str, Any], actions: list[PlannedAction]
    ) -> Iterator[Cause]:
        moment = as_moment(event.get("at"))
        at = moment if isinstance(moment, datetime) and moment.tzinfo else clock.now()
        for name in spending.names():
            if reason := spending.get(name)(rule, rule_set, at, self.position, len(actions)):
                yield Cause(name, reason)
        if actions and (reason := self._used(rule, rule_set, event, at)):
            yield Cause("once", reason)

    def _used(self, rule: Rule, rule_set: str, event: Mapping[str, Any], at: datetime) -> str | None:
        once = rule.document.get("once")
        if once is None:
            return None
        per = ref_of(event, once["per"]) or str(event.get("subject") or "")
        every = Duration.parse(once["every"]) if "every" in once else None
        facts = event.get("facts")
        at = due_in(str(event.get("type")), facts if isinstance(facts, Mapping) else {}) or at
        return why_used(rule_set, rule.key, per, at, self.position, every=every, again_after=once.get("again_after"))


def now_for(event: Mapping[str, Any], position: int | None = None) -> Keeping:
    """What keeps rules from acting on this event at this moment; `position` is None for a made-up event."""
    whom = [
        whom for whom in (event.get("customer"), event.get("subject")) if isinstance(whom, str) and "\0" not in whom
    ]
    known = exemptions.of(whom)
    return Keeping(switches.off(), known) if position is None else Keeping(switches.off(), known, position)
