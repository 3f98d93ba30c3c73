"""What publishing does to moments: those to come are derived anew; those already past on objects that exist are left, or
act now at a rate, where somebody says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from core import clock, newest
from core.events import Event
from core.permission import ADMINISTRATOR, OPERATOR
from core.said import said
from rules import assignments
from rules.calendars import standard
from rules.due_moments import DueMoment
from rules.known_now import known_now
from rules.matching import try_rules
from rules.moment_scans import MomentScan
from rules.moment_standing import Document, acted, standings
from rules.moments import Moment
from rules.overlays import Effective, effective
from rules.reach import Change, Reach, reaches
from rules.reading import live_document
from rules.rule import Rule
from rules.rule_sets import HOUSE, RuleSet
from rules.segments import Assignments, membership, set_of

RATES = {"act_10": 10, "act_100": 100, "act_1000": 1000}  # moments an hour


def timed_rules(change: Change) -> list[Rule]:
    """The changed rules that hang on time, as they are in the set itself or in the house."""
    documents = [document for document in (change.new, change.house) if document is not None]
    written = (data for document in documents for data in document.rules)
    if not any(isinstance(data.get("when"), dict) and data.get("key") in change.changed for data in written):
        return []  # without building every rule of the house
    found = {rule.key: rule for document in reversed(documents) for rule in try_rules(document)[0]}
    return [rule for key, rule in sorted(found.items()) if key in change.changed and rule.timing]


def past(change: Change) -> Iterator[tuple[Event, Rule, Moment]]:
    """The moments of changed rules that were due before now for objects that exist, and did not act: by the rules as they
    would be, where these are not known to be false."""
    rules = timed_rules(change)
    if not rules:
        return
    keys, now = {rule.key for rule in rules}, clock.now()
    rules_for = _effective_for(change)
    for noun in _nouns(rules):
        after: int | None = 0
        while after is not None:
            page = newest.newest(noun, customer=change.customer or "", after=after)
            done = acted([event.subject for event in page.events], keys)
            for one in standings(known_now(page.events), rules_for(page.events), keys):
                yield from ((one.event, one.rule, moment) for moment in one.past(now, done))
            after = page.after


def count(change: Change) -> int:
    return sum(1 for _moment in past(change))


def listed(change: Change, most: int) -> list[str]:
    """Some of them as sentences."""
    found = zip(range(most), past(change), strict=False)
    return [
        said(
            "{rule} for {object}: {offset} after {base}, due {due} UTC",
            rule=rule.key,
            object=event.subject,
            offset=moment.offset,
            base=moment.base.isoformat(),
            due=f"{moment.due:%Y-%m-%d %H:%M}",
        )
        for _place, (event, rule, moment) in found
    ]


def carry_out(change: Change, choice: str, version: str) -> int:
    """Have the moments of changed rules derived anew, and those of stopped rules go. How many past ones will act."""
    rows = DueMoment.objects.filter(pending=True, rule__in=change.stopped)
    if not change.segment:  # its members' moments lapse when they are due: who is in it then is known then
        (rows.filter(customer=change.customer) if change.customer else rows).delete()
    rules = timed_rules(change)
    acting = count(change) if choice in RATES and rules else 0
    for rule in rules:
        if rule.timing and not rule.timing.noun and not change.segment:
            _tick(rule, HOUSE if not change.customer else change.customer)
    if nouns := _nouns(rules):
        keys = [rule.key for rule in rules]
        rate = RATES.get(choice, 0)
        MomentScan.objects.create(
            rules=keys, customer=change.customer or "", at=clock.now(), nouns=nouns, rate=rate
        )  # fmt: skip
    return acting


def _nouns(rules: list[Rule]) -> list[str]:
    return sorted({rule.timing.noun for rule in rules if rule.timing} - {""})


def _tick(rule: Rule, subject: str) -> None:
    """The next time of a schedule that is about no object; one that acted already does not act again."""
    row = DueMoment.objects.filter(subject=subject, rule=rule.key).first() or DueMoment(subject=subject, rule=rule.key)
    schedule, now = rule.timing.schedule if rule.timing else None, clock.now()
    due = schedule.following(max(now, row.acted or now), standard()) if schedule else None
    row.due, row.pending, row.customer = due or now, due is not None, "" if subject == HOUSE else subject
    row.save()


def _effective_for(change: Change) -> Callable[[Sequence[Event]], Callable[[Document], Effective | None]]:
    """From some events, what gives the effective rules that each of them would have; None for whom a segment's change does
    not reach."""
    house = change.new if change.set == HOUSE else live_document(HOUSE)
    sets = set(RuleSet.objects.exclude(live=None).values_list("key", flat=True)) | {change.set}
    segments = effective(house).segments if house else ()
    known: dict[tuple[str, ...], Effective] = {}

    def rules_of(event: Document, assigned: Assignments) -> Effective | None:
        member = membership(segments, event, assigned)
        mine = set_of(member.key) if member else ""
        if house is None or (change.segment and change.set != mine):
            return None
        keys = tuple(key for key in (mine, event.get("customer", "")) if key in sets)
        if keys not in known:
            known[keys] = effective(house, *(change.new if key == change.set else live_document(key) for key in keys))
        return known[keys]

    def rules_for(events: Sequence[Event]) -> Callable[[Document], Effective | None]:
        assigned = assignments.of(event.customer for event in events) if segments else {}
        return lambda event: rules_of(event, assigned)

    return rules_for


reaches.add(
    "past_moments",
    Reach(
        name="past_moments",
        title=_("moments of these rules that are past already"),
        choices={
            "leave": _("leave them"),
            "act_10": _("let them act now, 10 an hour"),
            "act_100": _("let them act now, 100 an hour"),
            "act_1000": _("let them act now, 1,000 an hour"),
        },
        count=count,
        listed=listed,
        carry_out=carry_out,
        roles=dict.fromkeys(RATES, (OPERATOR, ADMINISTRATOR)),
    ),
)
