"""What a rule says under `when` if it hangs on time and on no event: a date, some time in a state, or a schedule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.said import said
from rules.calendars import Calendar
from rules.document.problem import Misplaced, join
from rules.durations import Duration
from rules.facts import View
from rules.moments import Known, Moment, Standing, between, hanging, of_date, of_state, read_date, scheduled
from rules.schedules import BadSchedule, Schedule
from rules.values import ListValue, Literal, ParamValue, Value, build_value

MOMENT_DUE = "moment.due"  # the type of the events of moments
MAX_OFFSETS = 100
AT_ONCE = Duration(0, "m")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Timing:
    """Exactly one of `date` (the path of a fact of the object), `state` and `schedule` is set. `noun` is of the objects
    that it is about, empty where a schedule is about none; `states` those in which a schedule finds them, any where empty.
    `at` is a time of day on the wall clock of a calendar's zone."""

    noun: str
    date: tuple[str, ...] = ()
    state: str = ""
    schedule: Schedule | None = None
    states: frozenset[str] = frozenset()
    offsets: Value | None = None
    at: time | None = None

    def durations(self, params: Mapping[str, Any]) -> tuple[Duration, ...]:
        """The offsets by a customer's parameters, in the order written; a parameter that holds no duration has none."""
        if self.offsets is None:
            return (AT_ONCE if self.at is None else Duration(0, "d"),)
        found = self.offsets.resolve(View({}, params))
        each = found if isinstance(found, list) else [found]
        return tuple(duration for text in each[:MAX_OFFSETS] if (duration := Duration.parse(text)))

    def moments(
        self, history: Iterable[Known], after: datetime, to: datetime, params: Mapping[str, Any], calendar: Calendar
    ) -> list[Moment]:
        """The moments in (after, to] of an object with this history, in order; its facts are below its noun."""
        if self.schedule is None:
            durations = self.durations(params)
            if self.date:
                standings = of_date(history, (self.noun, *self.date), durations)
            else:
                standings = of_state(history, self.state, durations)
            return between(standings, self.at, after, to, calendar)
        if self.noun:
            found = scheduled(history, self.states, self.schedule, after, to, calendar)
        else:
            found = self.schedule.between(after, to, calendar)
        return [Moment(instant, instant, AT_ONCE, 1, last=True) for instant in found]

    def resumed(self, since: datetime, calendar: Calendar) -> datetime:
        """When a moment that was kept waiting until `since` is due: at once, or at the next time of day that is meant."""
        if self.at is None:
            return since
        day = since.astimezone(ZoneInfo(calendar.zone)).date()
        first = calendar.instant(day, self.at)
        return first if first >= since else calendar.instant(day + timedelta(days=1), self.at)

    def hanging(
        self, facts: Mapping[str, Any], entered: datetime | None, params: Mapping[str, Any], calendar: Calendar
    ) -> list[Moment]:
        """The moments that hang on what is known of an object, past ones and those to come, in the order of their numbers;
        none for a schedule. `entered` is when it came into its state, where that is the one that this is about."""
        if self.schedule is not None:
            return []
        base = read_date(facts, (self.noun, *self.date)) if self.date else entered
        since = datetime.min.replace(tzinfo=UTC)
        return list(hanging(Standing(since, base, self.durations(params)), self.at, calendar))


def rule_of(event: Mapping[str, Any]) -> str | None:
    """The key of the rule whose moment an event is; None for any other event."""
    facts = event.get("facts")
    moment = facts.get("moment") if isinstance(facts, Mapping) and event.get("type") == MOMENT_DUE else None
    return moment.get("rule") if isinstance(moment, Mapping) else None


def build_timing(data: Mapping[str, Any], pointer: str = "/when") -> Timing:
    """The timing that the checked `when` of a rule writes. Raises Misplaced, with a pointer within the rule."""
    if "schedule" in data:
        return _of_schedule(data, pointer)
    key, offset = ("date", "offset") if "date" in data else ("state", "for")
    noun, *rest = data[key].split(".")
    if not rest or (key == "state" and len(rest) > 1):
        wanted = (
            said("a date of an object, as in invoice.due_at")
            if key == "date"
            else said("a noun and a state: service.suspended")
        )
        raise Misplaced(
            join(pointer, key),
            said('"{data}" is no {key} of an object; write {wanted}', data=data[key], key=key, wanted=wanted),
        )
    offsets = _offsets(data[offset], join(pointer, offset), forward=key == "state") if offset in data else None
    at = _clock(data["at"], join(pointer, "at")) if "at" in data else None
    if key == "state":
        return Timing(noun, state=rest[0], offsets=offsets, at=at)
    return Timing(noun, date=tuple(rest), offsets=offsets, at=at)


def _of_schedule(data: Mapping[str, Any], pointer: str) -> Timing:
    noun, states = data.get("each", ""), frozenset(data.get("in", ()))
    if states and not noun:
        raise Misplaced(
            join(pointer, "in"), said("states are of objects; say of which with each, as in {each: invoice}")
        )
    if "." in noun:
        raise Misplaced(
            join(pointer, "each"), said('"{noun}" is no noun; write one as in {{each: invoice}}', noun=noun)
        )
    try:
        return Timing(noun, schedule=Schedule.parse(data["schedule"]), states=states)
    except BadSchedule as error:
        raise Misplaced(join(pointer, "schedule"), error.args[0]) from None


def _offsets(data: Any, pointer: str, *, forward: bool) -> Value:
    value = build_value(data, pointer)
    if isinstance(value, ParamValue) and value.at is None:
        return value
    written = value.value if isinstance(value, Literal) else None
    each = written if isinstance(written, list) else [written]
    durations = [Duration.parse(text) for text in each]
    if isinstance(value, ListValue) or not each or None in durations:
        raise Misplaced(pointer, said("write a duration such as 3d, a list of these, or a parameter that holds them"))
    if len(each) > MAX_OFFSETS:
        raise Misplaced(
            pointer,
            said(
                "a rule has at most {most} moments of a date, and these are {number}",
                most=MAX_OFFSETS,
                number=len(each),
            ),
        )
    if forward and any(duration and duration.amount < 0 for duration in durations):
        raise Misplaced(pointer, said("nothing is due before the state began; write a duration without a minus"))
    return value


def _clock(text: str, pointer: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Misplaced(pointer, said('"{text}" is no time of day; write one as in "10:00"', text=text[:60]))
    return time(int(found[1]), int(found[2]))
