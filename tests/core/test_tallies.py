"""Tallies: the log is counted once, by day, and only when it has settled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock, tallies
from core.events import Event
from core.tallies import Tally, TallyMark
from tests.kit import a_fine

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # half past midnight here


def counted(kind: str = "event") -> dict[tuple[str, date], int]:
    return {(row.name, row.day): row.count for row in Tally.objects.filter(kind=kind)}


def test_events_are_counted_by_the_day_here_and_once() -> None:
    with clock.turned_to(EVENING):
        a_fine(case="A")
        a_fine(case="B")
        tallies.count(timedelta(0))
        assert counted()["fine.created", date(2026, 3, 2)] == 2
        a_fine(case="C")
        tallies.count(timedelta(0))
        tallies.count(timedelta(0))
    assert counted()["fine.created", date(2026, 3, 2)] == 3


def test_what_may_still_commit_before_it_is_not_counted_yet() -> None:
    with clock.turned_to(EVENING):
        a_fine()
        assert tallies.count() == 0
    with clock.turned_to(EVENING + timedelta(minutes=1)):
        a_fine(case="B")
        assert tallies.count() == 0
    with clock.turned_to(EVENING + timedelta(minutes=3)):
        tallies.count()
    assert counted()["fine.created", date(2026, 3, 2)] == 1
    with clock.turned_to(EVENING + timedelta(minutes=6)):
        tallies.count()
    assert counted()["fine.created", date(2026, 3, 2)] == 2


def test_a_long_log_is_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "CHUNK", 2)
    monkeypatch.setattr(tallies, "CHUNKS", 2)
    first = a_fine(case="C")
    before = Event.objects.get(subject=first.ref).pk - 1  # numbering goes on where earlier tests left off
    for log in tallies.logs.names():
        TallyMark.objects.create(log=log, counted=before, seen=before, seen_at=clock.now())
    for number in range(8):
        a_fine(case=f"C{number}")
    while tallies.count(timedelta(0)):
        pass
    assert sum(counted().values()) == Event.objects.filter(live=True).count()
    assert TallyMark.objects.get(log="events").counted == Event.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_they_are_read_by_kind_and_from_a_day_on() -> None:
    tallies.add({("x", "a", date(2026, 3, 1)): 2, ("x", "a", date(2026, 3, 2)): 3, ("y", "a", date(2026, 3, 2)): 5})
    tallies.add({("x", "a", date(2026, 3, 2)): 4})
    assert tallies.since(date(2026, 3, 2), "x") == {("x", "a"): {date(2026, 3, 2): 7}}
