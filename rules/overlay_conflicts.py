"""Overlays that do not fit the newest house rules: their customers stay on the former version, visibly, until somebody
settles it by publishing the overlay anew; after 7 days it is an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import clock, event_log
from core.catalog import Fact, Kind
from core.declare import event_type
from core.events import Event
from rules.document.model import Document
from rules.reading import document_of
from rules.remerging import Effect, Remerge
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion

ALARM_AFTER = timedelta(days=7)
BATCH = 200
OVERDUE = event_type(
    "rule_set.conflict_overdue",
    _("A customer's rules have been in conflict with the house for a week"),
    facts=(
        Fact("rule_set.key", Kind.TEXT, free_of_persons=True),
        Fact("rule_set.conflicts", Kind.INTEGER),
    ),
    internal=True,
)
Effects = dict[tuple[int, int], Effect]  # by set, and the version of it that was looked at


def effects_of(new: Document, known: Effects | None = None) -> Effects:
    """What the house rules `new` do to every live overlay, and to each from the version of the house on which it is now.
    What `known` has of the same version of an overlay is taken from there."""
    found: Effects = {}
    steps: dict[int | None, Remerge] = {}
    overlays = RuleSet.objects.exclude(key=HOUSE).exclude(live=None).order_by("key")
    for key, live in overlays.values_list("pk", "live_id"):
        found[key, live] = (known or {}).get((key, live)) or Effect("")
    unknown = [place for place, effect in found.items() if not effect.key]
    for rule_set in _in_batches([key for key, _live in unknown]):
        if rule_set.stays_on_id not in steps:
            steps[rule_set.stays_on_id] = Remerge(_house(rule_set.stays_on_id), new)
        effect = steps[rule_set.stays_on_id].of(document_of(rule_set.live, rule_set.key))
        found[rule_set.pk, rule_set.live_id or 0] = effect
    return found


def settle_all(effects: Effects, former: RuleSetVersion | None) -> list[str]:
    """Inside the publishing transaction: whoever is in conflict stays on `former`, or where it stayed; who fits goes on.
    Keys of the sets in conflict."""
    bad = {key: effect for (key, _version), effect in effects.items() if effect.conflicts}
    for rule_set in RuleSet.objects.exclude(key=HOUSE).exclude(stays_on=None).exclude(pk__in=bad):
        release(rule_set)
    for rule_set in RuleSet.objects.filter(pk__in=bad).select_for_update():
        rule_set.stays_on_id = rule_set.stays_on_id or (former.pk if former else None)
        rule_set.conflicts = list(bad[rule_set.pk].conflicts)
        rule_set.conflict_since = rule_set.conflict_since or clock.now()
        rule_set.save(update_fields=["stays_on", "conflicts", "conflict_since"])
    return sorted(effect.key for effect in bad.values())


def release(rule_set: RuleSet) -> None:
    """Its customers are decided by the newest house rules again."""
    rule_set.stays_on, rule_set.conflicts, rule_set.conflict_since = None, [], None
    rule_set.save(update_fields=["stays_on", "conflicts", "conflict_since"])


@transaction.atomic
def sound_alarms() -> int:
    """One event for each set that has been in conflict for 7 days. How many are new; for the sweeper."""
    late = RuleSet.objects.filter(conflict_since__lte=clock.now() - ALARM_AFTER).order_by("pk")
    sounded = 0
    for rule_set in late.select_for_update(skip_locked=True):
        subject = f"rule_set:{rule_set.pk}"
        before = Event.objects.filter(subject=subject)
        if before.filter(type=OVERDUE.name, at__gte=rule_set.conflict_since).exists():
            continue
        facts = {"rule_set": {"key": rule_set.key, "conflicts": len(rule_set.conflicts)}}
        customer = rule_set.key if rule_set.key.startswith("customer:") else ""
        event_log.append(type=OVERDUE.name, subject=subject, sequence=before.count(), facts=facts, customer=customer)
        sounded += 1
    return sounded


def _in_batches(keys: list[int]) -> Iterator[RuleSet]:
    """The sets with their live versions, some at a time: there may be thousands."""
    for start in range(0, len(keys), BATCH):
        rows = RuleSet.objects.filter(pk__in=keys[start : start + BATCH]).select_related("live")
        yield from rows.defer("live__text").order_by("key")


def _house(stays_on: int | None) -> Document:
    if stays_on is not None:
        return document_of(RuleSetVersion.objects.get(pk=stays_on))
    return document_of(RuleSetVersion.objects.filter(rule_set__key=HOUSE, state="live").first())
