"""A rehearsal of rules: they decide and act for real, but every door leads to a double, and the clock is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from actions.gateways.doors import doubles
from actions.lap import lap
from actions.runs import ActionRun
from core import clock
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSetVersion

MOST_LAPS = 100


@dataclass(frozen=True)
class Taken:
    """One action that a rule asked for, and what became of it: done, skipped, dead, ready (it waits) or cancelled."""

    rule: str
    action: str
    target: str
    arguments: dict[str, Any]
    state: str
    said: str


@dataclass
class Rehearsal:
    """`doors` are the doubles by the name of their gateway: `doors["mail"].sent`."""

    doors: dict[str, Any]
    _stack: ExitStack = field(default_factory=ExitStack)

    def publish(self, rules: str | Path, key: str = HOUSE) -> RuleSetVersion:
        """Put rules in force, given as text or as a file. Raises BadRules with every problem."""
        text = rules.read_text(encoding="utf-8") if isinstance(rules, Path) else rules
        return publish_text(key, text, title="rehearsal")

    def work(self) -> list[Taken]:
        """Decide and carry out all that is due now; every action so far. Raises RuntimeError where rules cause each other."""
        for _lap in range(MOST_LAPS):
            if lap() == (0, 0):
                return self.taken()
        raise RuntimeError(f"after {MOST_LAPS} laps there is still work: look for rules that cause each other")

    def taken(self, action: str = "") -> list[Taken]:
        """Every action that rules asked for, in order; only those of one name where it is given."""
        runs = ActionRun.objects.order_by("id")
        found = runs.filter(action=action) if action else runs
        return [Taken(run.rule, run.action, run.target, run.arguments, run.state, run.said) for run in found]

    def turn(self, to: datetime | timedelta) -> datetime:
        """Turn the clock to a moment with its zone, or on by a time; what is due by then is carried out by `work`."""
        moment = clock.now() + to if isinstance(to, timedelta) else to
        self._stack.enter_context(clock.turned_to(moment))
        return moment


@contextmanager
def rehearsing() -> Iterator[Rehearsal]:
    """A rehearsal in a test database; when it ends, doors and clock are the real ones again."""
    with doubles() as doors, ExitStack() as stack:
        yield Rehearsal(doors, stack)
