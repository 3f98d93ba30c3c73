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
from rules.flattening import flattened
from rules.members import members
from rules.reading import document_of, live_document
from rules.remerging import Effect, Remerge
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion

ALARM_AFTER = timedelta(days=7)
BATCH = 200
_STAYS = ["stays_on", "stays_in", "stays_on_segment", "conflicts", "conflict_since"]
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
    """What new rules of the house do to every live overlay, each from the version of the house on which it is now; or what
    those of a segment do to the overlays of the customers who are in it now. What `known` has of the same version of an
    overlay is taken from there."""
    found: Effects = {}
    steps: dict[tuple[int | None, str], Remerge] = {}
    overlays = RuleSet.objects.exclude(key=HOUSE).exclude(live=None).order_by("key")
    if new.set != HOUSE:
        overlays = overlays.filter(key__startswith="customer:")
    rows = list(overlays.values_list("key", "pk", "live_id", "stays_on_id"))
    houses: dict[int | None, Document] = {stays_on: _house(stays_on) for *_others, stays_on in rows}
    within: dict[str, str] = {}
    for stays_on, house in houses.items():
        customers = (key for key, *_others, on in rows if on == stays_on and key.startswith("customer:"))
        within |= members(new if new.set == HOUSE else house, customers)
    for key, pk, live, _stays_on in rows:
        if new.set in (HOUSE, within.get(key)):
            found[pk, live] = (known or {}).get((pk, live)) or Effect("")
    unknown = [place for place, effect in found.items() if not effect.key]
    segments = {key: live_document(key) for key in set(within.values())}
    for rule_set in _in_batches([key for key, _live in unknown]):
        place = rule_set.stays_on_id, within.get(rule_set.key, "")
        if place not in steps:
            segment, old = segments.get(place[1]), houses[place[0]]
            after = flattened(new, segment) if new.set == HOUSE else flattened(old, new)
            steps[place] = Remerge(flattened(old, segment), after)
        effect = steps[place].of(document_of(rule_set.live, rule_set.key))
        found[rule_set.pk, rule_set.live_id or 0] = effect
    return found


def settle_all(effects: Effects, former: RuleSetVersion | None, segment: str = "") -> list[str]:
    """Inside the publishing transaction of the house, or of `segment`: whoever is in conflict stays on `former`, or where
    it stayed; who fits goes on. Keys of the sets in conflict."""
    bad = {key: effect for (key, _version), effect in effects.items() if effect.conflicts}
    stuck = RuleSet.objects.filter(stays_in=segment) if segment else RuleSet.objects.exclude(stays_on=None)
    for rule_set in stuck.exclude(key=HOUSE).exclude(pk__in=bad):
        release(rule_set, house=not segment, segment=bool(segment))
    for rule_set in RuleSet.objects.filter(pk__in=bad).select_for_update():
        if not segment:
            rule_set.stays_on_id = rule_set.stays_on_id or (former.pk if former else None)
        elif rule_set.stays_in != segment:
            rule_set.stays_in, rule_set.stays_on_segment = segment, former
        rule_set.conflicts = list(bad[rule_set.pk].conflicts)
        rule_set.conflict_since = rule_set.conflict_since or clock.now()
        rule_set.save(update_fields=_STAYS)
    return sorted(effect.key for effect in bad.values())


def release(rule_set: RuleSet, *, house: bool = True, segment: bool = True) -> None:
    """Its customers are decided by the newest rules of the house, and of their segment, again."""
    if house:
        rule_set.stays_on = None
    if segment:
        rule_set.stays_in, rule_set.stays_on_segment = "", None
    if rule_set.stays_on_id is None and not rule_set.stays_in:
        rule_set.conflicts, rule_set.conflict_since = [], None
    rule_set.save(update_fields=_STAYS)


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
