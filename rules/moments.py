"""Moments: when rules that hang on a date, on some time in a state or on a schedule are due for one object. They are derived
from what the log said of the object, and never look at a clock.

A moment acts where the object stands so at the very instant at which it is due. So a date that moves takes along what was
not due yet; a date that is already past when it is set asks for nothing; and since base and offset give one instant, each
pair is found once, however often and in whatever pieces time is asked about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from rules.calendars import MIDNIGHT, Calendar
from rules.durations import Duration
from rules.kinds import as_moment
from rules.schedules import Schedule


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an object from an instant on: its facts by name, and its state."""

    since: datetime
    facts: Mapping[str, Any]
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The date on which an object's moments hang from `since` on, and how long before or after it they are due."""

    since: datetime
    base: date | datetime | None
    offsets: tuple[Duration, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Due at an instant in UTC: the `number`-th, from 1, of those that hang on `base`. A base with an offset is in UTC."""

    due: datetime
    base: date | datetime
    offset: Duration
    number: int
    last: bool


def of_date(history: Iterable[Known], path: Sequence[str], offsets: tuple[Duration, ...]) -> list[Standing]:
    """Where an object with this history, in the order of the log, stands by a dated fact; a fact that is no moment is none."""
    return [Standing(known.since, read_date(known.facts, path), offsets) for known in _in_time(history)]


def of_state(history: Iterable[Known], state: str, offsets: tuple[Duration, ...]) -> list[Standing]:
    """Where it stands by the instant at which it came into a state that it has not left since."""
    standings: list[Standing] = []
    entered: datetime | None = None
    for known in _in_time(history):
        entered = (entered or known.since.astimezone(UTC)) if known.state == state else None
        standings.append(Standing(known.since, entered, offsets))
    return standings


def between(
    standings: Sequence[Standing], at: time | None, after: datetime, to: datetime, calendar: Calendar
) -> list[Moment]:
    """The moments due in (after, to], in order. `standings` are in order of time; of those of one instant the last counts."""
    since = [standing.since for standing in standings]
    found: dict[tuple[date | datetime, Duration], Moment] = {}
    for place, standing in enumerate(standings):
        for moment in hanging(standing, at, calendar):
            if after < moment.due <= to and bisect_right(since, moment.due) == place + 1:
                found[moment.base, moment.offset] = moment
    return sorted(found.values(), key=lambda moment: (moment.due, moment.number))


def scheduled(
    history: Iterable[Known],
    states: Collection[str],
    schedule: Schedule,
    after: datetime,
    to: datetime,
    calendar: Calendar,
) -> Iterator[datetime]:
    """The instants of a schedule in (after, to] at which the object is in one of `states`; in any state where there are none."""
    known = _in_time(history)
    since = [each.since for each in known]
    for instant in schedule.between(after, to, calendar):
        place = bisect_right(since, instant)
        if place and (not states or known[place - 1].state in states):
            yield instant


def due(base: date | datetime, offset: Duration, at: time | None, calendar: Calendar) -> datetime | None:
    """When it is so long after `base`, in UTC; None where time ends. Days, weeks, months and working days are counted on
    the wall clock of the calendar's zone, minutes and hours on any clock. `at` is the time of that day, else it is the
    base's own, and midnight for a date. A time that a spring night skips comes an hour later; of one that an autumn night
    has twice the first counts, unless the base itself is the second."""
    try:
        start = _wall(base, calendar)
        if offset.seconds is not None and offset.unit in ("m", "h"):
            exact = offset.after(calendar.instant(start.date(), start.time(), start.fold))
            if not isinstance(exact, datetime) or at is None:
                return exact if isinstance(exact, datetime) else None
            return calendar.instant(exact.astimezone(ZoneInfo(calendar.zone)).date(), at)
        moved = offset.after(start.replace(fold=0), calendar.name)
        if not isinstance(moved, datetime):
            return None
        return calendar.instant(moved.date(), moved.time() if at is None else at, start.fold if at is None else 0)
    except (OverflowError, ValueError):
        return None


def hanging(standing: Standing, at: time | None, calendar: Calendar) -> Iterator[Moment]:
    """Every moment of a standing, whenever it is due, in the order of their numbers."""
    if standing.base is None:
        return
    offsets = tuple(dict.fromkeys(standing.offsets))
    for number, offset in enumerate(offsets, 1):
        instant = due(standing.base, offset, at, calendar)
        if instant is not None:
            yield Moment(instant, standing.base, offset, number, number == len(offsets))


def _wall(base: date | datetime, calendar: Calendar) -> datetime:
    """`base` as the wall clock shows it, without an offset."""
    if not isinstance(base, datetime):
        return datetime.combine(base, MIDNIGHT)
    return (base.astimezone(ZoneInfo(calendar.zone)) if base.tzinfo else base).replace(tzinfo=None)


def _in_time(history: Iterable[Known]) -> list[Known]:
    known = list(history)
    ordered = all(one.since <= other.since for one, other in pairwise(known))
    return known if ordered else sorted(known, key=lambda each: each.since)


def read_date(facts: Any, path: Sequence[str]) -> date | datetime | None:
    """The date that stands at a path of facts, a time in UTC; None where there is none."""
    for name in path:
        facts = facts.get(name) if isinstance(facts, Mapping) else None
    base = as_moment(facts)
    try:
        return base.astimezone(UTC) if isinstance(base, datetime) and base.tzinfo else base
    except OverflowError:
        return None
