"""Carries out scans for due moments, a page of objects at a time. One that was killed goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from core import clock, newest
from core.events import Event
from rules.deciding import effective_of
from rules.in_force import live_versions
from rules.known_now import known_now
from rules.moment_scans import MomentScan
from rules.moment_standing import acted, standings
from rules.moment_upkeep import Rows, hang, late, ticking


def advance() -> bool:
    """Look at one page of objects for the oldest scan. Whether there was one."""
    with transaction.atomic():
        scan = MomentScan.objects.select_for_update(skip_locked=True).order_by("pk").first()
        if scan is None:
            return False
        if not scan.nouns:
            scan.delete()
            return True
        page = newest.newest(scan.nouns[0], customer=scan.customer, after=scan.after)
        _derive(scan, page.events)
        scan.after = page.after or 0
        scan.nouns = scan.nouns if page.after else scan.nouns[1:]
        scan.save(update_fields=["after", "nouns", "acting"])
    return True


def _derive(scan: MomentScan, events: Sequence[Event]) -> None:
    live = live_versions(event.customer for event in events)
    subjects = [event.subject for event in events]
    rows, done = Rows(subjects), acted(subjects, scan.rules) if scan.rate else set()
    for one in standings(known_now(events), lambda event: effective_of(event, live), scan.rules):
        if one.timing.schedule is not None:
            ticking(one.rule, one.event, rows, after=scan.at)
            continue
        hang(one.rule, one.event, one.moments, rows, after=scan.at)
        for moment in one.past(scan.at, done) if scan.rate else ():
            scan.acting += 1
            late(one.rule, one.event, moment, rows, due=clock.now() + timedelta(hours=scan.acting / scan.rate))
    rows.write()
