"""What is tallied of action runs: how many of each rule, and of each action, became dead letters."""

from __future__ import annotations

from collections import Counter

from actions.finish import DIED
from core import clock
from core.events import Event
from core.tallies import Counts, Log, logs

DIED_BY_RULE, DIED_BY_ACTION = "died_by_rule", "died_by_action"


def _deaths(after: int, upto: int) -> Counts:
    rows = Event.objects.filter(type=DIED.name, pk__gt=after, pk__lte=upto).order_by()
    found: Counts = Counter()
    for at, facts in rows.values_list("at", "facts"):
        died = facts["action_run"]
        found[DIED_BY_RULE, died["rule"], clock.day_of(at)] += 1
        found[DIED_BY_ACTION, died["action"], clock.day_of(at)] += 1
    return found


logs.add("deaths", Log(Event, _deaths))
