"""Rules that nothing in the history of this server made true: warnings, for a person to judge."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from core import catalog, clock
from core.events import Event
from core.said import Said, said
from core.tallies import since
from rules.change_requests import ChangeRequest
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.inheriting import layer_of
from rules.matching import try_rules
from rules.overlays import effective
from rules.passing import passing
from rules.reading import below_of
from rules.rule import Rule
from rules.rule_sets import RuleSet
from rules.tallying import ACTED, HELD
from rules.untrue import untrue

DAYS = 90
MOST = 20  # new and changed rules that are asked of the log


def dead(request: ChangeRequest, document: Document, changed: Collection[str]) -> list[Problem]:
    """The rules of a set that were true of nothing in the last DAYS days: one that stays as it is by what was decided, one
    that is new or among the `changed` by the newest events of its types. Nothing of a rule for which there is no history."""
    key, begin = request.rule_set.key, clock.now() - timedelta(days=DAYS)
    below = below_of(key)
    rules = {rule.key: rule for rule in try_rules(document, layer_of(document))[0]}
    found = dict(_quiet(request.rule_set, [key for key in rules if key not in changed], begin))
    params = (effective(below, document) if below else effective(document)).params
    asked = [rule for rule in rules.values() if rule.key in changed and rule.timing is None][:MOST]
    found |= {rule.key: says for rule in asked if (says := _never(rule, params, begin))}
    places = {data["key"]: join("/rules", place) for place, data in enumerate(document.rules)}
    return [
        Problem("warning", key, places[key], says, document.line_of(places[key]), "dead")
        for key, says in sorted(found.items())
    ]


def _quiet(rule_set: RuleSet, keys: list[str], begin: datetime) -> Iterator[tuple[str, Said]]:
    """Of rules that were in force all the time, those that did nothing."""
    numbers = rule_set.versions.values_list("pk", flat=True) if keys else ()
    versions = {f"rule_set_version:{pk}": pk for pk in numbers}
    published = Event.objects.filter(subject__in=versions, type="rule_set_version.published", at__lte=begin)
    former = published.order_by("-pk").first()
    if former is None:
        return
    document = rule_set.versions.values_list("document", flat=True).get(pk=versions[former.subject])
    before = {rule["key"] for rule in Document(document).rules}
    seen = {name for _kind, name in since(clock.day_of(begin), ACTED, HELD)}
    for key in keys:
        if key in before and key not in seen:
            yield (
                key,
                said("nothing made this rule true in the last {days} days; correct it, or take it out", days=DAYS),
            )


def _never(rule: Rule, params: dict[str, object], begin: datetime) -> Said | None:
    """Whether the events that there were leave a new rule untrue; None where one made it true, or there was none."""
    types = [kind.name for kind in catalog.event_types if rule.fits(kind.name)]
    if rule.sources:
        seen = passing(rule, types, params, since=begin)
        asked = 0 if seen.acts else seen.events
    else:
        asked = untrue(rule, types, params, since=begin.replace(hour=0, minute=0, second=0, microsecond=0))
    if not asked:
        return None
    return said(
        "none of the newest {asked} such events of the last {days} days would have made this rule true; try it on one of them",
        asked=asked,
        days=DAYS,
    )
