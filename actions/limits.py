"""`limit`: how many actions a rule may ask for in a stretch of time. Beyond it the rule stops itself and asks a person."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from actions.runs import ActionRun
from core import event_log
from core.acting import SYSTEM, acting
from core.catalog import Fact, Kind
from core.declare import event_type
from core.events import Event
from rules.deciding import Planned
from rules.durations import Duration
from rules.keeping_back import spending
from rules.rule import Rule
from rules.switches import STOPPED_ITSELF, scope_of, switch_off, why_off

STOPPED = event_type(
    "rule.stopped",
    _("A rule stopped itself at its limit"),
    facts=(
        Fact("rule.set", Kind.TEXT, free_of_persons=True),
        Fact("rule.key", Kind.TEXT, free_of_persons=True),
        Fact("rule.actions", Kind.INTEGER),
    ),
    internal=True,
)


class Limits:
    """What the rules of one batch have asked for so far, on top of what was stored before it."""

    def __init__(self, switched_off: dict[str, str]) -> None:
        self.switched_off = switched_off
        self._asked: dict[tuple[str, str], int] = {}

    def why_not(self, planned: Planned, event: Event) -> str | None:
        """None, or why the rule may not act: it is switched off, or this would take it beyond its limit.

        Reaching the limit switches the rule off inside the open transaction; a person switches it on again.
        """
        rule_set, key, limit = planned.rule_set, planned.rule.key, planned.rule.document.get("limit")
        if reason := why_off(self.switched_off, rule_set, key):
            return reason
        asked = self._asked.get((rule_set, key), 0) + len(planned.actions)
        if limit is None or (reason := _beyond(planned.rule, rule_set, event.at, event.pk, asked)) is None:
            return None
        scope = scope_of(rule_set, key)
        with acting(SYSTEM, correlation=event.correlation, cause=event.pk, depth=event.depth + 1):
            switch = switch_off(scope, reason)
            facts = {"set": rule_set, "key": key, "actions": limit["actions"]}
            event_log.append(type=STOPPED.name, subject=f"switch:{switch.pk}", sequence=0, facts={"rule": facts})
        self.switched_off[scope] = reason
        return f"switched off: {reason}"

    def count(self, planned: Planned) -> None:
        """The rule acts: what it asks for counts for the rest of the batch."""
        place = planned.rule_set, planned.rule.key
        self._asked[place] = self._asked.get(place, 0) + len(planned.actions)


def why_beyond(rule: Rule, rule_set: str, at: datetime, position: int, actions: int) -> str | None:
    """Why a rule that asks for so many actions would stop itself. Stops nothing."""
    reason = _beyond(rule, rule_set, at, position, actions)
    return None if reason is None else f"switched off: {reason}"


def _beyond(rule: Rule, rule_set: str, at: datetime, position: int, actions: int) -> str | None:
    limit = rule.document.get("limit")
    if limit is None:
        return None
    within = Duration.parse(limit["within"])
    start = Duration(-within.amount, within.unit).after(at) if within else None
    stored = ActionRun.objects.filter(rule_set=rule_set, rule=rule.key).exclude(event_id=position)
    if isinstance(start, datetime):
        stored = stored.filter(created_at__gt=start)
    if stored.count() + actions <= limit["actions"]:
        return None
    return f"{STOPPED_ITSELF}: more than {limit['actions']} actions within {limit['within']}"


spending.add("limit", why_beyond)
