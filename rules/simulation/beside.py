"""One event or moment of a backtest, proved on both sides: live on the left, the draft on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ObjectMissing
from core.event_names import named
from core.events import Event
from rules.as_of import AsOf
from rules.observing import History
from rules.rule_sets import HOUSE
from rules.simulation.backtests import Backtest
from rules.simulation.comparing import Timed
from rules.simulation.log_moments import Moments, at_moment
from rules.simulation.sides import Name
from rules.simulation.versions import Versions
from rules.trying import Tried, TriedRule, try_event

Asked = tuple[Mapping[str, Any], History]
NOTHING = Tried(())


@dataclass(frozen=True)
class Both:
    """What the rules say on either side; of a moment that one side does not have, nothing."""

    event: Mapping[str, Any]
    live: Tried
    draft: Tried

    def pairs(self, rule: str = "") -> list[tuple[TriedRule | None, TriedRule | None]]:
        """Rules side by side: `rule`, or all that say something else on the two sides."""
        sides = [{one.key: one for one in side.rules} for side in (self.live, self.draft)]
        keys = [rule] if rule else sorted(sides[0].keys() | sides[1].keys())
        found = [(sides[0].get(key), sides[1].get(key)) for key in keys]
        return [pair for pair in found if any(pair) and (rule or _differ(*pair))]


def beside(mine: Backtest, name: str) -> Both:
    """The proof of an event or moment that a backtest lists. Raises ObjectMissing."""
    versions = Versions(mine)
    row = named(Event.objects.filter(pk__lte=mine.end), name)
    if row is not None:
        asked: dict[Name, Asked | None] = dict.fromkeys(("live", "draft"), (row.as_document(), AsOf(row.pk)))
    else:
        asked = _moments(mine, versions, name)
    shown = asked["draft"] or asked["live"]
    if shown is None:
        raise ObjectMissing(ref=f"event or moment {name[:100]}")
    tried = {side: _tried(versions, side, one) for side, one in asked.items()}
    return Both(shown[0], tried["live"], tried["draft"])


def _tried(versions: Versions, side: Name, asked: Asked | None) -> Tried:
    if asked is None:
        return NOTHING
    event, history = asked
    return try_event(event, *versions.documents(versions.place(event), side), history=history)


def _moments(mine: Backtest, versions: Versions, name: str) -> dict[Name, Asked | None]:
    """The moment of this name on both sides; on a side that has it at another time, that one."""
    rule, _slash, rest = name.partition("/")
    subject = rest.split("/")[0]
    noun = subject.partition(":")[0] if subject != HOUSE else ""
    (found,) = Moments(mine, versions).of(noun, [subject])
    of_rule = {side: [one for one in timed if one.key == rule] for side, timed in found.items()}
    wanted = next((one.stands_for for found in of_rule.values() for one in found if one.event["id"] == name), None)
    return {side: _asked(mine, found, wanted) for side, found in of_rule.items()}


def _asked(mine: Backtest, found: list[Timed], wanted: tuple[str, str, str, int] | None) -> Asked | None:
    one = next((one for one in found if one.stands_for == wanted), None)
    return (one.event, AsOf(at_moment(one.event, mine.end))) if one else None


def _differ(live: TriedRule | None, draft: TriedRule | None) -> bool:
    if live is None or draft is None:
        return "acted" in (getattr(live, "outcome", ""), getattr(draft, "outcome", ""))
    return (live.outcome, live.actions) != (draft.outcome, draft.actions)
