"""Parity: stored decisions, evaluated again by every matcher that runs here. A difference is an incident."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.events import Event
from core.metrics import metric
from rules import incidents
from rules.decisions import Decision
from rules.incidents import Disagreement
from rules.matchers.columnar import ColumnarMatcher
from rules.matchers.contract import Matcher
from rules.matchers.durable import EngineMissing
from rules.matching import MATCHERS
from rules.observing import Stored, resolved
from rules.overlays import Effective
from rules.pinned import effective_rules
from rules.proofs import observed_of

SAMPLE = 1000  # decisions of one evaluation
AMONG = 50_000  # the newest decisions, of which they are taken
EVERY = timedelta(days=1)


class Parity(models.Model):
    """What one evaluation found: how many decisions it looked at, and in how many every matcher said the same. `left_out`
    names the matchers that could not be asked, because their engine is missing here."""

    at = models.DateTimeField(_("at"))
    looked_at = models.PositiveIntegerField(_("decisions looked at"))
    agreed = models.PositiveIntegerField(_("of these agreed"))
    first_difference = models.CharField(_("first difference"), max_length=500, default="")
    left_out = models.CharField(_("matchers left out"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("parity")
        verbose_name_plural = _("parity")

    def __str__(self) -> str:
        return f"{self.agreed}/{self.looked_at}"

    @property
    def share(self) -> float:
        return self.agreed / self.looked_at if self.looked_at else 1.0


def is_due() -> bool:
    """Whether the last evaluation is a day ago and there is something to evaluate."""
    if not Decision.objects.exists():
        return False
    return not Parity.objects.filter(at__gt=clock.now() - EVERY).exists()


def evaluate(sample: int = SAMPLE) -> Parity:
    """Evaluate a random sample of the newest decisions again, and store what came of it."""
    newest = Decision.objects.filter(outcome__in=("acted", "nothing")).exclude(house="").order_by("-id")
    keys = list(newest.values_list("id", flat=True)[:AMONG])
    chosen = list(Decision.objects.filter(pk__in=random.sample(keys, min(sample, len(keys)))).order_by("id"))
    chosen.sort(key=lambda decision: decision.versions)
    looked_at, found, left_out = 0, list[Disagreement](), set[str]()
    for _versions, decisions in groupby(chosen, key=lambda decision: decision.versions):
        group = list(decisions)
        rules = effective_rules(group[0])
        if rules is not None:
            matchers = _matchers(rules)
            left_out |= MATCHERS.keys() - matchers.keys()
            looked_at += len(group)
            found += _differences(group, rules, matchers)
    incidents.note(found)
    first = (
        f"{found[0].matcher} about {found[0].event}: {found[0].other} instead of {found[0].reference}" if found else ""
    )
    return Parity.objects.create(
        at=clock.now(),
        looked_at=looked_at,
        agreed=looked_at - len(found),
        first_difference=first[:500],
        left_out=", ".join(sorted(left_out)),
    )


def _differences(decisions: list[Decision], rules: Effective, matchers: Mapping[str, Matcher]) -> list[Disagreement]:
    """The first matcher that says something else about each, where one does."""
    events = Event.objects.in_bulk([decision.event_id for decision in decisions])
    observing = [rule for rule in rules.rules if rule.sources]
    seen = [
        resolved(events[one.event_id].as_document(), observing, rules.params, Stored(observed_of(one)))
        for one in decisions
    ]
    answers = {name: _answers(matcher, seen, rules.params) for name, matcher in matchers.items()}
    found = []
    for place, decision in enumerate(decisions):
        expected = answers["reference"][place]
        other = next((name for name, said in answers.items() if said[place] != expected), None)
        if other is not None:
            name = events[decision.event_id].name
            found.append(Disagreement(decision.house, other, name, tuple(expected), tuple(answers[other][place])))
    return found


def _answers(matcher: Matcher, events: list[Any], params: Mapping[str, Any]) -> list[list[str]]:
    try:
        if isinstance(matcher, ColumnarMatcher):
            return matcher.match_many(events, params)
        return [matcher.match(event, params) for event in events]
    finally:
        matcher.close()


def _matchers(rules: Effective) -> dict[str, Matcher]:
    """Those whose engine is here."""
    made: dict[str, Matcher] = {}
    for name, make in MATCHERS.items():
        try:
            made[name] = make(rules.rules)
        except EngineMissing:
            continue
    return made


def _share() -> dict[tuple[str, ...], float]:
    newest = Parity.objects.order_by("-at").first()
    return {(): newest.share} if newest else {}


metric("parity_share", "Share of re-evaluated decisions about which every matcher said the same", (), _share)
metric(
    "quarantined_versions",
    "Rule set versions that the reference decides alone",
    (),
    lambda: {(): incidents.open_incidents()},
)
